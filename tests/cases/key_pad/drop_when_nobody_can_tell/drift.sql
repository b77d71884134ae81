ALTER SCHEMA jwtroles OWNER TO app_owner;
