ALTER VIEW app.names SET (check_option = local);
