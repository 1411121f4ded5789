-- LISTEN postern_changed: the name of the account whose answers may be others now, or nothing when
-- it may be any. A notification leaves with the commit of the change.

CREATE FUNCTION postern.tell_changes() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- More names than this in one statement are told as "any": the queue of NOTIFY is finite.
    most  CONSTANT integer := 100;
    rows  jsonb[];
    names text[];
BEGIN
    -- Columns that no answer shows do not make a row another one.
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(to_jsonb(fresh)) INTO rows FROM fresh;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(to_jsonb(stale)) INTO rows FROM stale;
    ELSIF TG_OP = 'UPDATE' THEN
        WITH after_it AS (SELECT to_jsonb(fresh) - '{created,changed,last_used,label,description}'::text[] AS content FROM fresh),
             before_it AS (SELECT to_jsonb(stale) - '{created,changed,last_used,label,description}'::text[] AS content FROM stale)
        SELECT array_agg(content) INTO rows
          FROM (SELECT * FROM (SELECT * FROM after_it EXCEPT SELECT * FROM before_it) AS came
                UNION ALL
                SELECT * FROM (SELECT * FROM before_it EXCEPT SELECT * FROM after_it) AS went) AS differing;
    END IF;
    IF TG_OP <> 'TRUNCATE' AND rows IS NULL THEN
        RETURN NULL;
    END IF;

    -- A row without an account is one of a group: its members' answers.
    SELECT array_agg(DISTINCT coalesce(each ->> TG_ARGV[0], '')) INTO names FROM unnest(rows) AS each;
    IF TG_OP = 'TRUNCATE' OR '' = ANY (names) OR cardinality(names) > most THEN
        PERFORM pg_notify('postern_changed', '');
        RETURN NULL;
    END IF;
    PERFORM pg_notify('postern_changed', told.name)
       FROM (SELECT unnest(names) AS name
             UNION
             -- Whoever sends on behalf of an account is told its addresses.
             SELECT delegations.delegate FROM postern.delegations
              WHERE TG_TABLE_NAME IN ('accounts', 'addresses') AND delegations.owner = ANY (names)) AS told;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION postern.tell_changes() IS 'Notifies postern_changed of the accounts that a statement has touched; its argument is the column that names them';

DO $$
DECLARE
    watched record;
BEGIN
    FOR watched IN
        SELECT * FROM (VALUES ('accounts', 'name'), ('secrets', 'account'), ('addresses', 'account'),
                              ('groups', 'account'), ('memberships', 'account'),
                              ('delegations', 'delegate'), ('app_passwords', 'account')) AS list (of_table, of_column)
    LOOP
        EXECUTE format('CREATE TRIGGER tell_inserted AFTER INSERT ON postern.%1$I REFERENCING NEW TABLE AS fresh'
                       ' FOR EACH STATEMENT EXECUTE FUNCTION postern.tell_changes(%2$L)', watched.of_table, watched.of_column);
        EXECUTE format('CREATE TRIGGER tell_updated AFTER UPDATE ON postern.%1$I REFERENCING OLD TABLE AS stale NEW TABLE AS fresh'
                       ' FOR EACH STATEMENT EXECUTE FUNCTION postern.tell_changes(%2$L)', watched.of_table, watched.of_column);
        EXECUTE format('CREATE TRIGGER tell_deleted AFTER DELETE ON postern.%1$I REFERENCING OLD TABLE AS stale'
                       ' FOR EACH STATEMENT EXECUTE FUNCTION postern.tell_changes(%2$L)', watched.of_table, watched.of_column);
        EXECUTE format('CREATE TRIGGER tell_truncated AFTER TRUNCATE ON postern.%1$I'
                       ' FOR EACH STATEMENT EXECUTE FUNCTION postern.tell_changes(%2$L)', watched.of_table, watched.of_column);
    END LOOP;
END $$;
