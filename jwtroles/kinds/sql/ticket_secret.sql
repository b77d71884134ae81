-- For which database of which cluster the secret of tickets was made: a restored or cloned database has
-- that of another one.
SELECT d.oid::bigint = h.number AND s.system_identifier::text = h.digest AS here,
       h.number::text AS database,
       h.digest AS system
FROM jwtroles.secrets_held() AS h
CROSS JOIN pg_control_system() AS s
JOIN pg_database AS d ON d.datname = current_database()
WHERE h.held = 'ticket_secret'
ORDER BY h.number
