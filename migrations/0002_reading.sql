-- What the gateway asks, and the three things it may write. It needs no table: these functions run
-- as their owner, with a search_path that nobody else can put anything into. PL/pgSQL, because it
-- keeps their plans for the session.

CREATE FUNCTION postern.account_of(login text) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT accounts.name FROM postern.accounts
             WHERE accounts.name = lower($1 COLLATE "C")
            UNION
            SELECT addresses.account FROM postern.addresses
             WHERE addresses.address = lower($1 COLLATE "C")
               AND addresses.kind <> 'catch_all' AND addresses.account IS NOT NULL);
END $$;
COMMENT ON FUNCTION postern.account_of(text) IS 'The account that a login means: by its name, or by one of its full addresses';

CREATE FUNCTION postern.login_account(login text) RETURNS TABLE (name text, status text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT accounts.name, accounts.status FROM postern.accounts
                  WHERE accounts.name = postern.account_of($1);
END $$;
COMMENT ON FUNCTION postern.login_account(text) IS 'The account of a login; no row: nobody';

CREATE FUNCTION postern.login_secrets(login text)
    RETURNS TABLE (name text, secret text, status text, id text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 2 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found text COLLATE "C" := postern.account_of($1);
BEGIN
    RETURN QUERY
        SELECT accounts.name, secrets.hash, accounts.status, NULL::text
          FROM postern.accounts JOIN postern.secrets ON secrets.account = accounts.name
         WHERE accounts.name = found
        UNION ALL
        SELECT accounts.name, app_passwords.hash, accounts.status, app_passwords.id
          FROM postern.accounts JOIN postern.app_passwords ON app_passwords.account = accounts.name
         WHERE accounts.name = found AND app_passwords.revoked IS NULL;
END $$;
COMMENT ON FUNCTION postern.login_secrets(text) IS 'A row for each password that opens the account of a login; id is empty for its own password';

CREATE FUNCTION postern.account_addresses(name text) RETURNS TABLE (address text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 5 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
        SELECT owned.address FROM (
            SELECT addresses.address, array_position(ARRAY['primary', 'alias', 'catch_all'], addresses.kind) AS place
              FROM postern.addresses WHERE addresses.account = $1 COLLATE "C"
            UNION ALL
            SELECT addresses.address, 4
              FROM postern.memberships JOIN postern.addresses USING (group_name)
             WHERE memberships.account = $1 COLLATE "C") AS owned
         ORDER BY owned.place, owned.address;
END $$;
COMMENT ON FUNCTION postern.account_addresses(text) IS 'What an account may send from: its primary address first, those of its groups last';

CREATE FUNCTION postern.account_groups(name text) RETURNS TABLE (group_name text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 5 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT memberships.group_name FROM postern.memberships
                  WHERE memberships.account = $1 COLLATE "C" ORDER BY memberships.group_name;
END $$;
COMMENT ON FUNCTION postern.account_groups(text) IS 'The groups that an account is in';

CREATE FUNCTION postern.account_on_behalf_of(name text) RETURNS TABLE (address text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 5 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
        SELECT addresses.address
          FROM postern.delegations JOIN postern.addresses ON addresses.account = delegations.owner
         WHERE delegations.delegate = $1 COLLATE "C" AND delegations.permission = 'on_behalf_of'
           AND addresses.kind <> 'catch_all'
         ORDER BY addresses.address;
END $$;
COMMENT ON FUNCTION postern.account_on_behalf_of(text) IS 'The mailboxes that an account may put into From with itself in Sender';

CREATE FUNCTION postern.account_may_act_as(name text) RETURNS TABLE (account text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 5 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT delegations.owner FROM postern.delegations
                  WHERE delegations.delegate = $1 COLLATE "C" AND delegations.permission = 'act_as'
                  ORDER BY delegations.owner;
END $$;
COMMENT ON FUNCTION postern.account_may_act_as(text) IS 'The accounts that an account may log in as with its own password';

CREATE FUNCTION postern.rehash(name text, old text, new text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE postern.secrets SET hash = $3 WHERE account = $1 COLLATE "C" AND hash = $2;
    RETURN FOUND;
END $$;
COMMENT ON FUNCTION postern.rehash(text, text, text) IS 'Replaces a hash by a better one of the same password; false: somebody else was faster';

CREATE FUNCTION postern.touch_app_password(id text) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE postern.app_passwords SET last_used = now()
     WHERE app_passwords.id = $1 COLLATE "C" AND revoked IS NULL
       AND (last_used IS NULL OR last_used < now() - interval '1 minute');
END $$;
COMMENT ON FUNCTION postern.touch_app_password(text) IS 'Notes that an app password was accepted, at most once a minute';

CREATE FUNCTION postern.adopt_account(name text, secret text, addresses text[], groups text[]) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    adopted text := lower($1 COLLATE "C");
    taken   text;
BEGIN
    INSERT INTO postern.accounts (name) VALUES (adopted) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        -- Whoever was entered without a password is expected: its addresses are already what they should be.
        INSERT INTO postern.secrets (account, hash)
        SELECT accounts.name, $2 FROM postern.accounts
         WHERE accounts.name = adopted AND accounts.status = 'active' AND $2 IS NOT NULL
           AND NOT EXISTS (SELECT FROM postern.app_passwords WHERE app_passwords.account = adopted)
        ON CONFLICT DO NOTHING;
        RETURN FOUND;
    END IF;
    IF $2 IS NOT NULL THEN
        INSERT INTO postern.secrets (account, hash) VALUES (adopted, $2);
    END IF;

    WITH listed AS (
        SELECT lower(each COLLATE "C") AS address, min(place) AS place
          FROM unnest($3 || CASE WHEN position('@' IN adopted) > 0 THEN ARRAY[adopted] ELSE '{}' END)
               WITH ORDINALITY AS list (each, place)
         GROUP BY 1
    ), ranked AS (
        SELECT listed.address, listed.address LIKE '@%' AS is_domain,
               row_number() OVER (PARTITION BY listed.address LIKE '@%' ORDER BY place) AS rank
          FROM listed
    ), written AS (
        INSERT INTO postern.addresses (address, account, kind)
        SELECT ranked.address, adopted,
               CASE WHEN is_domain THEN 'catch_all' WHEN rank = 1 THEN 'primary' ELSE 'alias' END
          FROM ranked ORDER BY ranked.address
        ON CONFLICT ON CONSTRAINT addresses_pkey DO NOTHING RETURNING addresses.address
    )
    SELECT min(listed.address) INTO taken FROM listed
     WHERE NOT EXISTS (SELECT FROM written WHERE written.address = listed.address);
    IF taken IS NOT NULL THEN
        RAISE unique_violation USING
            MESSAGE = format('account "%s" cannot be adopted: the address %s belongs to somebody else', adopted, taken);
    END IF;

    INSERT INTO postern.groups (name)
    SELECT DISTINCT lower(each COLLATE "C") FROM unnest($4) AS each ORDER BY 1
    ON CONFLICT DO NOTHING;
    INSERT INTO postern.memberships (group_name, account)
    SELECT DISTINCT lower(each COLLATE "C"), adopted FROM unnest($4) AS each;
    RETURN true;
END $$;
COMMENT ON FUNCTION postern.adopt_account(text, text, text[], text[]) IS 'Takes over an account that another directory has confirmed, or gives its password to one that waits for it; false: it has one already';
