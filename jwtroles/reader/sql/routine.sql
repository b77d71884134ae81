-- Functions and procedures of the managed schemas by their input types. `called_by` has what calls one with the rights
-- of whoever writes or reads there, as long as PUBLIC may execute it: revoking that would break it. Operators are
-- calls of their function. Policies and views of the roles in scope are the file's to decide; a trigger calls its
-- own function without asking for rights (manual, CREATE TRIGGER), and a materialized view is read as it is stored.
-- `supplied`: PUBLIC may execute it, and it is a member of an extension.
-- What is not PostgreSQL's own has an OID from 16384 on (manual, "OID Assignment"): by them, its 3,000 functions are not
-- scanned.
WITH managed AS (
    SELECT p.*, n.nspname
    FROM pg_proc AS p
    JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname = ANY (%(schemas)s) AND p.oid >= 16384 AND p.prokind IN ('f', 'p')
),
callee AS (
    SELECT p.oid AS function, p.oid AS called, 'pg_proc'::regclass::oid AS cls
    FROM managed AS p
    WHERE EXISTS (
        SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
        WHERE a.grantee = 0 AND a.privilege_type = 'EXECUTE'
    )
),
ours AS (SELECT coalesce(array_agg(oid), '{}') FROM pg_roles WHERE rolname = ANY (%(roles)s)),
caller AS (
    SELECT c.function, array_agg(DISTINCT pg_describe_object(d.classid, d.objid, d.objsubid)) AS callers
    FROM (
        TABLE callee
        UNION ALL
        SELECT c.function, o.oid, 'pg_operator'::regclass::oid
        FROM callee AS c
        JOIN pg_operator AS o ON o.oprcode = c.function
    ) AS c
    JOIN pg_depend AS d ON d.refclassid = c.cls AND d.refobjid = c.called AND d.deptype IN ('n', 'a')
    WHERE CASE d.classid
        WHEN 'pg_attrdef'::regclass THEN true
        WHEN 'pg_class'::regclass THEN true -- 14 has generated columns as this
        WHEN 'pg_constraint'::regclass THEN
            EXISTS (SELECT FROM pg_constraint AS k WHERE k.oid = d.objid AND k.contype = 'c')
        WHEN 'pg_policy'::regclass THEN
            EXISTS (SELECT FROM pg_policy AS p WHERE p.oid = d.objid AND NOT p.polroles <@ (TABLE ours))
        WHEN 'pg_type'::regclass THEN
            EXISTS (SELECT FROM pg_type AS t WHERE t.oid = d.objid AND t.typtype = 'd')
        WHEN 'pg_trigger'::regclass THEN
            EXISTS (SELECT FROM pg_trigger AS g WHERE g.oid = d.objid AND g.tgfoid <> c.function)
        WHEN 'pg_rewrite'::regclass THEN
            EXISTS (SELECT FROM pg_rewrite AS w JOIN pg_class AS v ON v.oid = w.ev_class
                    WHERE w.oid = d.objid AND v.relkind <> 'm' AND NOT v.relowner = ANY ((TABLE ours)::oid[]))
    END
    GROUP BY c.function
)
SELECT p.nspname AS schema,
       p.proname AS name,
       pg_get_function_identity_arguments(p.oid) AS arguments,
       ARRAY(
           SELECT format_type(t.oid, NULL)
           FROM unnest(p.proargtypes) WITH ORDINALITY AS t (oid, position) ORDER BY t.position
       ) AS types,
       coalesce(pg_get_function_result(p.oid), '') AS returns,
       pg_get_userbyid(p.proowner) AS owner,
       obj_description(p.oid, 'pg_proc') AS comment,
       CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END AS cls,
       coalesce(c.callers, '{}') AS called_by,
       EXISTS (
           SELECT FROM callee AS e
           JOIN pg_depend AS d ON d.classid = e.cls AND d.objid = e.called AND d.deptype = 'e'
           WHERE e.function = p.oid
       ) AS supplied
FROM managed AS p
LEFT JOIN caller AS c ON c.function = p.oid
ORDER BY p.nspname, p.proname, 3
