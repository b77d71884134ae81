-- Lets PostgreSQL print compiled expressions as it would print them once stored. Input and output
-- travel in settings, because a DO block has no parameters; one statement serves every table.
-- A policy is made on a temporary table of the same name and columns as the real one (it need not
-- be the real one, which would take its lock); views and functions are made in pg_temp. Each table is
-- undone by an exception rather than dropped: that gives its locks back at once (manual 13.3.2), and
-- thousands of them would not fit into the server's lock table. Variables keep what was assigned.
DO $do$
DECLARE
    input jsonb := current_setting('jwtroles.canonical_input')::jsonb;
    labels text[] := '{}';
    answers jsonb[] := '{}';
    item jsonb;
    part jsonb;
    printed jsonb;
BEGIN
    FOR item IN SELECT * FROM jsonb_array_elements(input -> 'tables') LOOP
      BEGIN
        EXECUTE format('CREATE TEMP TABLE %I (%s)', item ->> 'name', (
            SELECT string_agg(format('%I %s', c ->> 0, c ->> 1), ', ')
            FROM jsonb_array_elements(item -> 'columns') AS c));
        FOR part IN SELECT * FROM jsonb_array_elements(item -> 'policies') LOOP
            BEGIN
                EXECUTE format('CREATE POLICY p ON pg_temp.%I', item ->> 'name')
                    || coalesce(' USING (' || (part ->> 'using') || ')', '')
                    || coalesce(' WITH CHECK (' || (part ->> 'check') || ')', '');
                SELECT jsonb_build_object(
                           'using', pg_get_expr(polqual, polrelid),
                           'check', pg_get_expr(polwithcheck, polrelid))
                INTO printed
                FROM pg_policy
                WHERE polrelid = format('pg_temp.%I', item ->> 'name')::regclass;
                EXECUTE format('DROP POLICY p ON pg_temp.%I', item ->> 'name');
            EXCEPTION
            WHEN raise_exception THEN RAISE;
            WHEN OTHERS THEN
                printed := jsonb_build_object('error', SQLERRM, 'state', SQLSTATE);
            END;
            labels := labels || (part ->> 'id');
            answers := answers || printed;
        END LOOP;
        RAISE SQLSTATE 'JR000';
      EXCEPTION WHEN SQLSTATE 'JR000' THEN NULL;
      END;
    END LOOP;
    FOR item IN SELECT * FROM jsonb_array_elements(input -> 'views') LOOP
        BEGIN
            EXECUTE format('CREATE TEMP VIEW %I AS ', item ->> 'name') || (item ->> 'sql');
            SELECT jsonb_build_object(
                       'definition', pg_get_viewdef(c.oid),
                       'columns', (SELECT jsonb_agg(jsonb_build_array(
                                              a.attname, format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum)
                                   FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0))
            INTO printed
            FROM pg_class AS c
            WHERE c.oid = format('pg_temp.%I', item ->> 'name')::regclass;
            RAISE SQLSTATE 'JR000';
        EXCEPTION
        WHEN SQLSTATE 'JR000' THEN NULL;
        WHEN raise_exception THEN RAISE;
        WHEN OTHERS THEN
            printed := jsonb_build_object('error', SQLERRM, 'state', SQLSTATE);
        END;
        labels := labels || (item ->> 'id');
        answers := answers || printed;
    END LOOP;
    FOR item IN SELECT * FROM jsonb_array_elements(input -> 'functions') LOOP
        BEGIN
            EXECUTE item ->> 'create';
            SELECT jsonb_build_object(
                       'arguments', pg_get_function_identity_arguments(p.oid),
                       'returns', pg_get_function_result(p.oid),
                       'body', pg_get_function_sqlbody(p.oid))
            INTO printed
            FROM pg_proc AS p
            WHERE p.pronamespace = pg_my_temp_schema() AND p.proname = item ->> 'name';
            RAISE SQLSTATE 'JR000';
        EXCEPTION
        WHEN SQLSTATE 'JR000' THEN NULL;
        WHEN raise_exception THEN RAISE;
        WHEN OTHERS THEN
            printed := jsonb_build_object('error', SQLERRM, 'state', SQLSTATE);
        END;
        labels := labels || (item ->> 'id');
        answers := answers || printed;
    END LOOP;
    PERFORM set_config('jwtroles.canonical_output', (
        SELECT coalesce(jsonb_object_agg(label, answer), '{}')::text
        FROM unnest(labels, answers) AS given (label, answer)), true);
END
$do$
