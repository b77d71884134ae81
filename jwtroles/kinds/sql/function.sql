-- Functions in our own schema, and those of the managed schemas that carry our mark or belong to a
-- role of ours; all others are left to their owners.
-- What is not PostgreSQL's own has an OID from 16384 on (manual, "OID Assignment"): by them, its 3,000 functions are not
-- scanned.
SELECT n.nspname AS schema,
       p.proname AS name,
       pg_get_function_identity_arguments(p.oid) AS arguments,
       coalesce(pg_get_function_result(p.oid), '') AS returns,
       l.lanname AS language,
       p.provolatile AS volatility,
       p.proparallel AS parallel,
       p.prosecdef AS definer,
       coalesce(p.proconfig, '{}') AS settings,
       coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) AS body,
       p.prosqlbody IS NOT NULL AS atomic,
       p.proisstrict AS strict,
       p.proleakproof AS leakproof,
       p.prokind AS prokind,
       pg_get_userbyid(p.proowner) AS owner,
       obj_description(p.oid, 'pg_proc') AS comment
FROM pg_proc AS p
JOIN pg_namespace AS n ON n.oid = p.pronamespace
JOIN pg_language AS l ON l.oid = p.prolang
WHERE n.nspname = ANY (%(schemas)s) AND p.oid >= 16384
  AND (
      n.nspname = 'jwtroles'
      OR p.prokind = 'f' AND pg_get_userbyid(p.proowner) = ANY (%(roles)s)
      OR p.prokind = 'f' AND obj_description(p.oid, 'pg_proc') LIKE '%%[jwtroles: %%]'
  )
ORDER BY n.nspname, p.proname, 3
