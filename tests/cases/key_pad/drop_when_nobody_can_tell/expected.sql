ALTER SCHEMA jwtroles OWNER TO case_jwtroles;
SET LOCAL ROLE case_jwtroles;
DELETE FROM jwtroles.key_pad;
DELETE FROM jwtroles.signing_key WHERE id = 921993190;
DELETE FROM jwtroles.issuer WHERE issuer = 'https://b';
DELETE FROM jwtroles.ticket_secret;
WITH secret AS MATERIALIZED (SELECT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) AS octets) INSERT INTO jwtroles.ticket_secret (database, system, inner_pad, outer_pad, generation, made_at) SELECT (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()), (SELECT system_identifier FROM pg_control_system()), (SELECT string_agg(decode(lpad(to_hex(CASE WHEN i < 32 THEN get_byte(octets, i) ELSE 0 END # 54), 2, '0'), 'hex'), '' ORDER BY i) FROM generate_series(0, 63) AS i), (SELECT string_agg(decode(lpad(to_hex(CASE WHEN i < 32 THEN get_byte(octets, i) ELSE 0 END # 92), 2, '0'), 'hex'), '' ORDER BY i) FROM generate_series(0, 63) AS i), gen_random_uuid(), now() FROM secret;
RESET ROLE;
