COMMENT ON VIEW app.names IS 'open ones';
