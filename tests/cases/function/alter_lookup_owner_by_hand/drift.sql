ALTER FUNCTION jwtroles.lookup_my_orgs() OWNER TO app_owner;
