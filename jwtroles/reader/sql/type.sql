-- What PostgreSQL calls the types that the file names; NULL where it knows no such type.
SELECT name, format_type(to_regtype(name)::oid, -1) AS canonical
FROM unnest(%(types)s::text[]) AS name
WHERE to_regtype(name) IS NOT NULL
