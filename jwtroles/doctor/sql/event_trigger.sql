-- Event triggers that are on: those of login run since 17 in each new session.
SELECT t.evtname::text AS name, t.evtevent::text AS event,
       (SELECT e.extname::text FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid
        WHERE d.classid = 'pg_event_trigger'::regclass AND d.objid = t.oid AND d.deptype = 'e'
        LIMIT 1) AS extension
FROM pg_event_trigger AS t
WHERE t.evtenabled <> 'D'
ORDER BY t.evtname
