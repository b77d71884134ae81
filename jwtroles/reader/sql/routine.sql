-- Functions and procedures of the managed schemas by their input types, with the objects of the database that call
-- them on a user's behalf (defaults, checks, generated columns, domains, policies): revoking EXECUTE
-- from PUBLIC would break those.
SELECT n.nspname AS schema,
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
       ARRAY(
           SELECT DISTINCT pg_describe_object(d.classid, d.objid, 0)
           FROM pg_depend AS d
           WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid AND d.deptype = 'n'
             AND d.classid IN ('pg_attrdef'::regclass, 'pg_constraint'::regclass, 'pg_policy'::regclass)
       ) AS called_by
FROM pg_proc AS p
JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE p.pronamespace = ANY (ARRAY(SELECT oid FROM pg_namespace WHERE nspname = ANY (%(schemas)s)))
  AND p.prokind IN ('f', 'p')
ORDER BY n.nspname, p.proname, 3
