-- What roles hold that no plan compares, in words: for `import`, which hides nothing. A grantee of
-- 0 is PUBLIC. Of PostgreSQL's own objects, what is granted beyond what initdb did (pg_init_privs);
-- what it gave PUBLIC in information_schema, it did not write down.
WITH held AS (
    SELECT 'language ' || quote_ident(lanname) AS object,
           coalesce(lanacl, acldefault('l', lanowner)) AS has, acldefault('l', lanowner) AS had,
           lanowner AS owner
    FROM pg_language
    UNION ALL
    SELECT 'foreign-data wrapper ' || quote_ident(fdwname),
           coalesce(fdwacl, acldefault('F', fdwowner)), acldefault('F', fdwowner), fdwowner
    FROM pg_foreign_data_wrapper
    UNION ALL
    SELECT 'foreign server ' || quote_ident(srvname),
           coalesce(srvacl, acldefault('S', srvowner)), acldefault('S', srvowner), srvowner
    FROM pg_foreign_server
    UNION ALL
    SELECT 'tablespace ' || quote_ident(spcname),
           coalesce(spcacl, acldefault('t', spcowner)), acldefault('t', spcowner), spcowner
    FROM pg_tablespace
    UNION ALL
    SELECT 'schema ' || quote_ident(n.nspname),
           n.nspacl, coalesce(i.initprivs, acldefault('n', n.nspowner)), n.nspowner
    FROM pg_namespace AS n
    LEFT JOIN pg_init_privs AS i
        ON i.classoid = 'pg_namespace'::regclass AND i.objoid = n.oid AND i.objsubid = 0
    WHERE n.nspacl IS NOT NULL AND n.nspname IN ('pg_catalog', 'information_schema')
    UNION ALL
    SELECT n.nspname || '.' || quote_ident(c.relname),
           c.relacl, coalesce(i.initprivs, acldefault('r', c.relowner)), c.relowner
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_init_privs AS i
        ON i.classoid = 'pg_class'::regclass AND i.objoid = c.oid AND i.objsubid = 0
    WHERE c.relacl IS NOT NULL AND n.nspname IN ('pg_catalog', 'information_schema')
    UNION ALL
    SELECT n.nspname || '.' || quote_ident(c.relname) || '.' || quote_ident(a.attname),
           a.attacl, i.initprivs, c.relowner
    FROM pg_attribute AS a
    JOIN pg_class AS c ON c.oid = a.attrelid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_init_privs AS i
        ON i.classoid = 'pg_class'::regclass AND i.objoid = c.oid AND i.objsubid = a.attnum
    WHERE a.attacl IS NOT NULL AND n.nspname IN ('pg_catalog', 'information_schema')
    UNION ALL
    SELECT 'function ' || p.oid::regprocedure::text,
           p.proacl, coalesce(i.initprivs, acldefault('f', p.proowner)), p.proowner
    FROM pg_proc AS p
    LEFT JOIN pg_init_privs AS i
        ON i.classoid = 'pg_proc'::regclass AND i.objoid = p.oid AND i.objsubid = 0
    WHERE p.proacl IS NOT NULL
      AND p.pronamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
)
SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END AS role,
       string_agg(DISTINCT lower(a.privilege_type), ', ') || ' on ' || held.object AS words
FROM held, aclexplode(held.has) AS a
WHERE a.grantee <> held.owner
  AND NOT (a.grantee = 0 AND held.object ~ '^(schema )?information_schema\M')
  AND NOT EXISTS (SELECT FROM aclexplode(held.had) AS b
                  WHERE b.grantee = a.grantee AND b.privilege_type = a.privilege_type)
GROUP BY a.grantee, held.object
UNION ALL
SELECT 'PUBLIC', 'no usage on language ' || quote_ident(lanname)
FROM pg_language
WHERE lanpltrusted
  AND NOT EXISTS (SELECT FROM aclexplode(coalesce(lanacl, acldefault('l', lanowner)))
                  WHERE grantee = 0)
UNION ALL
-- A file names no aggregate: what roles hold on one is kept, and that PUBLIC lacks it is not seen.
SELECT 'PUBLIC', 'no execute on aggregate ' || p.oid::regprocedure::text
FROM pg_proc AS p
JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE p.prokind = 'a' AND n.nspname = ANY (%(schemas)s) AND p.proacl IS NOT NULL
  AND NOT EXISTS (SELECT FROM aclexplode(p.proacl) WHERE grantee = 0)
UNION ALL
SELECT 'PUBLIC',
       'no ' || CASE d.defaclobjtype WHEN 'f' THEN 'execute on new functions'
                                     ELSE 'usage on new types' END
       || ', by default privileges of ' || pg_get_userbyid(d.defaclrole)
FROM pg_default_acl AS d
WHERE d.defaclnamespace = 0 AND d.defaclobjtype IN ('f', 'T')
  AND NOT EXISTS (SELECT FROM aclexplode(d.defaclacl) WHERE grantee = 0)
UNION ALL
SELECT rolname, 'a password until ' || to_char(rolvaliduntil AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC'
FROM pg_roles
WHERE isfinite(rolvaliduntil)
ORDER BY 1, 2
