-- Who has an account, what belongs to it, and which of these steps a database has taken.
--
-- Names and addresses are stored in lower case and compare octet by octet (COLLATE "C"): no index
-- depends on the locale of the operating system, and lower() here folds ASCII only. Whatever else
-- Unicode calls upper case `postern users` folds before it writes.

CREATE SCHEMA IF NOT EXISTS postern;
COMMENT ON SCHEMA postern IS 'Accounts of Postern, the SMTP submission gateway';
REVOKE ALL ON SCHEMA postern FROM PUBLIC;

CREATE TABLE postern.schema_migrations (
    number     integer     PRIMARY KEY CHECK (number > 0),
    name       text        NOT NULL,
    checksum   text        NOT NULL CHECK (checksum ~ '^[0-9a-f]{64}$'),
    applied_at timestamptz NOT NULL DEFAULT now(),
    applied_by text        NOT NULL DEFAULT session_user,
    duration   interval    NOT NULL CHECK (duration >= interval '0')
);
COMMENT ON TABLE  postern.schema_migrations IS 'The steps that `postern migrate` has taken, each written in its own transaction';
COMMENT ON COLUMN postern.schema_migrations.number IS 'NNNN of the file''s name';
COMMENT ON COLUMN postern.schema_migrations.name IS 'The file''s name';
COMMENT ON COLUMN postern.schema_migrations.checksum IS 'SHA-256 of the file as it was applied: an old file is never edited';
COMMENT ON COLUMN postern.schema_migrations.applied_at IS 'When its transaction began';
COMMENT ON COLUMN postern.schema_migrations.applied_by IS 'The role that had logged in';
COMMENT ON COLUMN postern.schema_migrations.duration IS 'How long its statements took';

CREATE TABLE postern.accounts (
    name    text COLLATE "C" PRIMARY KEY,
    status  text             NOT NULL DEFAULT 'active',
    created timestamptz      NOT NULL DEFAULT now(),
    changed timestamptz      NOT NULL DEFAULT now(),
    name_as_address text COLLATE "C"
        GENERATED ALWAYS AS (CASE WHEN position('@' IN name) > 0 THEN name END) STORED,
    CONSTRAINT account_name_is_lower_case CHECK (name = lower(name) AND name IS NFC NORMALIZED),
    CONSTRAINT account_name_is_a_login
        CHECK (octet_length(name) BETWEEN 1 AND 512 AND name !~ '[\x01-\x1f\x7f-\x9f\u2028\u2029]'),
    CONSTRAINT account_status_is_known CHECK (status IN ('active', 'disabled', 'must_change'))
);
COMMENT ON TABLE  postern.accounts IS 'One row for everybody who may log in';
COMMENT ON COLUMN postern.accounts.name IS 'What the gateway calls the account, and one of its logins; lower case, NFC';
COMMENT ON COLUMN postern.accounts.status IS 'active; disabled: refused; must_change: refused until the password is a new one';
COMMENT ON COLUMN postern.accounts.created IS 'When the row was written first';
COMMENT ON COLUMN postern.accounts.changed IS 'When name or status changed last';
COMMENT ON COLUMN postern.accounts.name_as_address IS 'The name where it looks like an address: the account must own it, so that no login means two accounts';

CREATE TABLE postern.secrets (
    account text COLLATE "C" PRIMARY KEY REFERENCES postern.accounts ON UPDATE CASCADE ON DELETE CASCADE,
    hash    text             NOT NULL,
    changed timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT secret_is_a_hash
        CHECK (hash ~ '^[{$]' AND hash !~* '^\{(plain|clear|cleartext)\}' AND hash !~ '[\x01-\x1f\x7f]'
               AND octet_length(hash) <= 2048)
);
COMMENT ON TABLE  postern.secrets IS 'The password of an account; an account without a row has none';
COMMENT ON COLUMN postern.secrets.account IS 'Whose password it is';
COMMENT ON COLUMN postern.secrets.hash IS '$argon2id$... or {SCHEME}...; clear text is refused';
COMMENT ON COLUMN postern.secrets.changed IS 'When the hash was written';

CREATE TABLE postern.groups (
    name        text COLLATE "C" PRIMARY KEY,
    description text             NOT NULL DEFAULT '',
    created     timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT group_name_is_lower_case CHECK (name = lower(name) AND name IS NFC NORMALIZED),
    CONSTRAINT group_name_is_text
        CHECK (octet_length(name) BETWEEN 1 AND 255 AND name !~ '[\x01-\x1f\x7f-\x9f\u2028\u2029]')
);
COMMENT ON TABLE  postern.groups IS 'Sets of accounts, for the expressions of the settings and for shared addresses; groups do not nest';
COMMENT ON COLUMN postern.groups.name IS 'What expressions compare with; lower case, NFC';
COMMENT ON COLUMN postern.groups.description IS 'For people';
COMMENT ON COLUMN postern.groups.created IS 'When the row was written first';

CREATE TABLE postern.memberships (
    group_name text COLLATE "C" NOT NULL REFERENCES postern.groups ON UPDATE CASCADE ON DELETE CASCADE,
    account    text COLLATE "C" NOT NULL REFERENCES postern.accounts ON UPDATE CASCADE ON DELETE CASCADE,
    PRIMARY KEY (account, group_name)
);
CREATE INDEX memberships_of_group ON postern.memberships (group_name);
COMMENT ON TABLE  postern.memberships IS 'Which account is in which group';
COMMENT ON COLUMN postern.memberships.group_name IS 'The group';
COMMENT ON COLUMN postern.memberships.account IS 'Its member';

CREATE TABLE postern.addresses (
    address    text COLLATE "C" PRIMARY KEY,
    account    text COLLATE "C" REFERENCES postern.accounts ON UPDATE CASCADE ON DELETE CASCADE,
    group_name text COLLATE "C" REFERENCES postern.groups ON UPDATE CASCADE ON DELETE CASCADE,
    kind       text             NOT NULL DEFAULT 'alias',
    created    timestamptz      NOT NULL DEFAULT now(),
    local_part text COLLATE "C" GENERATED ALWAYS AS (substring(address FROM '^(.*)@[^@]*$')) STORED,
    domain     text COLLATE "C" GENERATED ALWAYS AS (substring(address FROM '@([^@]*)$')) STORED,
    UNIQUE (address, account),
    CONSTRAINT address_has_one_owner CHECK (num_nonnulls(account, group_name) = 1),
    CONSTRAINT address_kind_is_known CHECK (kind IN ('primary', 'alias', 'catch_all')),
    CONSTRAINT address_without_local_part_is_catch_all
        CHECK ((kind = 'catch_all') = (local_part = '') AND local_part IS NOT NULL),
    CONSTRAINT address_is_lower_case CHECK (address = lower(address) AND address IS NFC NORMALIZED),
    -- RFC 5321 4.1.2: an atom with dots in it, or a quoted string; RFC 6531 adds what is not ASCII.
    CONSTRAINT address_local_part_is_valid CHECK (
        local_part = ''
        OR local_part ~ '^[^\x01-\x20"(),.:;<>@\[\\\]\x7f-\x9f]+(\.[^\x01-\x20"(),.:;<>@\[\\\]\x7f-\x9f]+)*$'
        OR local_part ~ '^"([^"\\\x01-\x1f\x7f-\x9f]|\\[\x20-\x7e])*"$'),
    -- RFC 5321 4.5.3.1.1, without quotes and the backslashes inside them.
    CONSTRAINT address_local_part_is_short CHECK (
        octet_length(CASE WHEN local_part LIKE '"%"'
                          THEN regexp_replace(substring(local_part FROM 2 FOR length(local_part) - 2),
                                              '\\(.)', '\1', 'g')
                          ELSE local_part END) <= 64),
    -- RFC 5321 4.1.2 and 4.5.3.1.2, RFC 1035 2.3.4: A-labels in lower case, no address literal.
    CONSTRAINT address_domain_is_valid CHECK (
        domain IS NOT NULL AND octet_length(domain) <= 255
        AND domain ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$')
);
CREATE UNIQUE INDEX addresses_one_primary_each ON postern.addresses (account) WHERE kind = 'primary';
CREATE UNIQUE INDEX addresses_one_primary_each_group ON postern.addresses (group_name) WHERE kind = 'primary';
CREATE INDEX addresses_of_account ON postern.addresses (account);
CREATE INDEX addresses_of_group ON postern.addresses (group_name);
COMMENT ON TABLE  postern.addresses IS 'What may be sent from, and by whom: each address has one owner, an account or a group';
COMMENT ON COLUMN postern.addresses.address IS 'user@example.org, or @example.org for the whole domain; lower case, the domain as A-labels';
COMMENT ON COLUMN postern.addresses.account IS 'The account that owns it';
COMMENT ON COLUMN postern.addresses.group_name IS 'Or the group whose members may all use it';
COMMENT ON COLUMN postern.addresses.kind IS 'primary: the one shown first; alias; catch_all: @example.org';
COMMENT ON COLUMN postern.addresses.created IS 'When the row was written';
COMMENT ON COLUMN postern.addresses.local_part IS 'What stands before the last @, quotes included; empty for a whole domain';
COMMENT ON COLUMN postern.addresses.domain IS 'What stands behind the last @';

-- Deferred: account and address are written one after the other, and renamed together.
ALTER TABLE postern.accounts ADD CONSTRAINT account_named_like_an_address_owns_it
    FOREIGN KEY (name_as_address, name) REFERENCES postern.addresses (address, account)
    DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE postern.delegations (
    delegate   text COLLATE "C" NOT NULL REFERENCES postern.accounts ON UPDATE CASCADE ON DELETE CASCADE,
    owner      text COLLATE "C" NOT NULL REFERENCES postern.accounts ON UPDATE CASCADE ON DELETE CASCADE,
    permission text             NOT NULL,
    created    timestamptz      NOT NULL DEFAULT now(),
    PRIMARY KEY (delegate, owner, permission),
    CONSTRAINT delegation_is_between_two CHECK (delegate <> owner),
    CONSTRAINT delegation_permission_is_known CHECK (permission IN ('on_behalf_of', 'act_as'))
);
CREATE INDEX delegations_of_owner ON postern.delegations (owner);
COMMENT ON TABLE  postern.delegations IS 'What one account may do for another';
COMMENT ON COLUMN postern.delegations.delegate IS 'Who may';
COMMENT ON COLUMN postern.delegations.owner IS 'For whom';
COMMENT ON COLUMN postern.delegations.permission IS 'on_behalf_of: owner in From, delegate in Sender; act_as: log in as owner with the delegate''s own password';
COMMENT ON COLUMN postern.delegations.created IS 'When it was granted';

CREATE TABLE postern.app_passwords (
    id        text COLLATE "C" PRIMARY KEY,
    account   text COLLATE "C" NOT NULL REFERENCES postern.accounts ON UPDATE CASCADE ON DELETE CASCADE,
    label     text             NOT NULL,
    scope     text             NOT NULL DEFAULT 'smtp',
    hash      text             NOT NULL,
    created   timestamptz      NOT NULL DEFAULT now(),
    last_used timestamptz,
    revoked   timestamptz,
    CONSTRAINT app_password_id_is_well_formed CHECK (id ~ '^[a-z2-7]{8}$'),
    CONSTRAINT app_password_label_is_text
        CHECK (char_length(label) BETWEEN 1 AND 100 AND label !~ '[\x01-\x1f\x7f-\x9f\u2028\u2029]'),
    CONSTRAINT app_password_scope_is_known CHECK (scope = 'smtp'),
    CONSTRAINT app_password_is_a_hash
        CHECK (hash ~ '^[{$]' AND hash !~* '^\{(plain|clear|cleartext)\}' AND hash !~ '[\x01-\x1f\x7f]'
               AND octet_length(hash) <= 2048),
    CONSTRAINT app_password_is_used_after_it_was_made CHECK (last_used >= created AND revoked >= created)
);
CREATE INDEX app_passwords_of_account ON postern.app_passwords (account);
COMMENT ON TABLE  postern.app_passwords IS 'Passwords that programs made for one device or program each: id-xxxx-xxxx-..., 160 random bits behind the id';
COMMENT ON COLUMN postern.app_passwords.id IS 'What the password''s text begins with: says which hash to compare, so an attempt costs one';
COMMENT ON COLUMN postern.app_passwords.account IS 'Whose it is';
COMMENT ON COLUMN postern.app_passwords.label IS 'The device or program, in its owner''s words';
COMMENT ON COLUMN postern.app_passwords.scope IS 'What it opens: smtp';
COMMENT ON COLUMN postern.app_passwords.hash IS 'The hash of the whole text, id included';
COMMENT ON COLUMN postern.app_passwords.created IS 'When it was made';
COMMENT ON COLUMN postern.app_passwords.last_used IS 'When it was accepted last, to the minute; empty: never';
COMMENT ON COLUMN postern.app_passwords.revoked IS 'Since when it opens nothing; empty: it does';

CREATE FUNCTION postern.note_change() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.changed := now();
    RETURN NEW;
END $$;
COMMENT ON FUNCTION postern.note_change() IS 'Keeps the column changed';
CREATE TRIGGER note_change BEFORE UPDATE ON postern.accounts
    FOR EACH ROW EXECUTE FUNCTION postern.note_change();
CREATE TRIGGER note_change BEFORE UPDATE ON postern.secrets
    FOR EACH ROW EXECUTE FUNCTION postern.note_change();
