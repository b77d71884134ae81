ALTER FUNCTION jwtroles.role_for(jsonb) SECURITY INVOKER SET search_path = app, pg_catalog;
ALTER FUNCTION jwtroles.pre_request() STRICT LEAKPROOF COST 1;
