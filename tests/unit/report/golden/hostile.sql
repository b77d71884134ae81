-- jwtroles · acme → staging · plan … · spec 384b7e58
BEGIN;
SET LOCAL lock_timeout = '2s';
SET LOCAL search_path = pg_catalog;
SET LOCAL DateStyle = 'ISO, MDY';
SET LOCAL IntervalStyle = postgres;
SET LOCAL TimeZone = UTC;
SET LOCAL transform_null_equals = off;
SET LOCAL array_nulls = on;
SET LOCAL check_function_bodies = off;
-- tighten
DROP POLICY "-- all fine" ON app."-- all fine";   -- not in the file
-- not in the file
DROP POLICY "a
b" ON app."a
b";
DROP POLICY "rtl‮evil" ON app."rtl‮evil";   -- not in the file
DROP POLICY "say ""hi""" ON app."say ""hi""";   -- not in the file
DROP POLICY "two  words" ON app."two  words";   -- not in the file
DROP POLICY "x[2J" ON app."x[2J";   -- not in the file
-- not in the file
DROP POLICY "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü" ON app."üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü";
REVOKE EXECUTE ON FUNCTION "say ""hi""".f("say ""hi""" date) FROM PUBLIC;   -- not in the file
REVOKE EXECUTE ON FUNCTION "-- all fine".f("-- all fine" date) FROM PUBLIC;   -- not in the file
-- not in the file
REVOKE EXECUTE ON FUNCTION "a
b".f("a
b" date) FROM PUBLIC;
REVOKE SELECT (id, "say ""hi""") ON app."say ""hi""" FROM "say ""hi""";   -- not in the file
REVOKE SELECT ("-- all fine", id) ON app."-- all fine" FROM "-- all fine";   -- not in the file
-- not in the file
REVOKE SELECT ("a
b", id) ON app."a
b" FROM "a
b";
REVOKE SELECT (id, "rtl‮evil") ON app."rtl‮evil" FROM "rtl‮evil";   -- not in the file
REVOKE SELECT (id, "two  words") ON app."two  words" FROM "two  words";   -- not in the file
REVOKE SELECT (id, "x[2J") ON app."x[2J" FROM "x[2J";   -- not in the file
-- not in the file
REVOKE SELECT (id, "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü") ON app."üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü" FROM "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü";
REVOKE EXECUTE ON FUNCTION "rtl‮evil".f("rtl‮evil" date) FROM PUBLIC;   -- not in the file
REVOKE EXECUTE ON FUNCTION "two  words".f("two  words" date) FROM PUBLIC;   -- not in the file
REVOKE EXECUTE ON FUNCTION "x[2J".f("x[2J" date) FROM PUBLIC;   -- not in the file
-- not in the file
REVOKE EXECUTE ON FUNCTION "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü".f("üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü" date) FROM PUBLIC;
-- drop
DROP ROLE "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü";
DROP ROLE "x[2J";
DROP ROLE "two  words";
DROP ROLE "say ""hi""";
DROP ROLE "rtl‮evil";
DROP ROLE "a
b";
DROP ROLE "-- all fine";
COMMIT;
