-- Functions and procedures of the managed schemas by their input types. `called_by` has what calls one with the rights
-- of whoever writes or reads there, as long as PUBLIC may execute it: revoking that would break it. Operators are
-- calls of their function. Policies and views of the roles in scope are the file's to decide; a trigger calls its
-- own function without asking for rights (manual, CREATE TRIGGER), and a materialized view is read as it is stored.
-- `supplied`: PUBLIC may execute it, and it is a member of an extension.
WITH managed AS (
    SELECT p.*, n.nspname
    FROM pg_proc AS p
    JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname = ANY (%(schemas)s) AND p.prokind IN ('f', 'p')
),
callee AS (
    SELECT p.oid AS function, p.oid AS called, 'pg_proc'::regclass::oid AS cls
    FROM managed AS p
    WHERE EXISTS (
        SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
        WHERE a.grantee = 0 AND a.privilege_type = 'EXECUTE'
    )
),
ours AS (SELECT array_agg(oid) AS roles FROM pg_roles WHERE rolname = ANY (%(roles)s)),
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
    CROSS JOIN ours
    LEFT JOIN pg_constraint AS k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
    LEFT JOIN pg_policy AS p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid
    LEFT JOIN pg_type AS t ON d.classid = 'pg_type'::regclass AND t.oid = d.objid
    LEFT JOIN pg_trigger AS g ON d.classid = 'pg_trigger'::regclass AND g.oid = d.objid
    LEFT JOIN pg_rewrite AS w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid
    LEFT JOIN pg_class AS v ON v.oid = w.ev_class
    WHERE d.classid IN ('pg_attrdef'::regclass, 'pg_class'::regclass) -- 14 has generated columns as the latter
       OR k.contype = 'c'
       OR NOT p.polroles <@ coalesce(ours.roles, '{}')
       OR t.typtype = 'd'
       OR g.tgfoid <> c.function
       OR v.relkind <> 'm' AND NOT v.relowner = ANY (coalesce(ours.roles, '{}'))
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
