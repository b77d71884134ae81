-- Candidates of the functions that predicates call, so that volatile and set-returning ones are seen.
SELECT n.nspname AS schema,
       p.proname AS name,
       p.pronargs - p.pronargdefaults AS minimum,
       CASE WHEN p.provariadic <> 0 THEN 1000 ELSE p.pronargs END AS maximum,
       p.provolatile AS volatility,
       p.proretset AS returns_set,
       p.prokind IN ('a', 'w') AS aggregate
FROM pg_proc AS p
JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE p.proname = ANY (%(functions)s)
ORDER BY 1, 2, 3, 4
