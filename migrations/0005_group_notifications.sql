-- What concerns a group is told of its members, no longer of everybody: adopting one account into a
-- new group used to end what gateways remember of all others.

CREATE OR REPLACE FUNCTION postern.tell_changes() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- More names than this in one statement are told as "any": the queue of NOTIFY is finite.
    most   CONSTANT integer := 100;
    rows   jsonb[];
    names  text[];
    groups text[];
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
    ELSE
        PERFORM pg_notify('postern_changed', '');
        RETURN NULL;
    END IF;

    SELECT array_agg(DISTINCT each ->> TG_ARGV[0]) FILTER (WHERE each ->> TG_ARGV[0] IS NOT NULL) INTO names
      FROM unnest(rows) AS each;
    IF cardinality(names) > most THEN
        PERFORM pg_notify('postern_changed', '');
        RETURN NULL;
    END IF;
    IF TG_TABLE_NAME = 'addresses' THEN
        SELECT array_agg(DISTINCT each ->> 'group_name') FILTER (WHERE each ->> 'group_name' IS NOT NULL) INTO groups
          FROM unnest(rows) AS each;
    END IF;
    SELECT array_agg(told.name) INTO names
      FROM (SELECT unnest(names) AS name
            UNION
            -- Whoever sends on behalf of an account is told its addresses.
            SELECT delegations.delegate FROM postern.delegations
             WHERE TG_TABLE_NAME IN ('accounts', 'addresses') AND delegations.owner = ANY (names)
            UNION
            -- The addresses of a group are its members'; beyond `most` it does not matter whose.
            (SELECT memberships.account FROM postern.memberships
              WHERE memberships.group_name = ANY (groups) LIMIT most + 1)) AS told;
    IF cardinality(names) > most THEN
        PERFORM pg_notify('postern_changed', '');
    ELSE
        PERFORM pg_notify('postern_changed', told.name) FROM unnest(names) AS told (name);
    END IF;
    RETURN NULL;
END $$;

-- A new group has no members; those of one that is renamed or goes are told by the rows in memberships.
DROP TRIGGER tell_inserted ON postern.groups;
DROP TRIGGER tell_updated ON postern.groups;
DROP TRIGGER tell_deleted ON postern.groups;
