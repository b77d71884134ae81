ALTER VIEW app.names SET (security_barrier = off, security_invoker = on);
