-- The functions that the default queries name, over tables as simple as they can be.
CREATE SCHEMA postern;
CREATE TABLE postern.people (name text PRIMARY KEY, login text UNIQUE, status text NOT NULL DEFAULT 'active');
CREATE TABLE postern.secrets (name text, secret text, id text,
    account text GENERATED ALWAYS AS (name) STORED, hash text GENERATED ALWAYS AS (secret) STORED);
CREATE TABLE postern.addresses (name text, address text, place int);
CREATE TABLE postern.members (name text, group_name text);
CREATE TABLE postern.delegates (name text, address text);
CREATE VIEW postern.accounts AS SELECT name, status FROM postern.people;

CREATE FUNCTION postern.login_secrets(wanted text)
    RETURNS TABLE (name text, secret text, status text, id text) STABLE LANGUAGE sql AS $$
    SELECT p.name, s.secret, p.status, s.id FROM postern.people p JOIN postern.secrets s USING (name)
    WHERE lower(p.name) = wanted OR p.login = wanted $$;
CREATE FUNCTION postern.login_account(wanted text)
    RETURNS TABLE (name text, status text) STABLE LANGUAGE sql AS $$
    SELECT p.name, p.status FROM postern.people p WHERE lower(p.name) = wanted OR p.login = wanted $$;
CREATE FUNCTION postern.account_addresses(wanted text) RETURNS TABLE (address text) STABLE LANGUAGE sql AS $$
    SELECT a.address FROM postern.addresses a WHERE a.name = wanted ORDER BY a.place $$;
CREATE FUNCTION postern.account_groups(wanted text) RETURNS TABLE (group_name text) STABLE LANGUAGE sql AS $$
    SELECT m.group_name FROM postern.members m WHERE m.name = wanted ORDER BY 1 $$;
CREATE FUNCTION postern.account_on_behalf_of(wanted text) RETURNS TABLE (address text) STABLE LANGUAGE sql AS $$
    SELECT d.address FROM postern.delegates d WHERE d.name = wanted ORDER BY 1 $$;
CREATE FUNCTION postern.rehash(wanted text, old text, new text) RETURNS boolean LANGUAGE sql AS $$
    UPDATE postern.secrets SET secret = new WHERE name = wanted AND secret = old RETURNING true $$;
CREATE FUNCTION postern.touch_app_password(wanted text) RETURNS void LANGUAGE sql AS $$
    UPDATE postern.people SET status = status WHERE name = wanted $$;
CREATE FUNCTION postern.adopt_account(wanted text, secret text, addresses text[], groups text[])
    RETURNS boolean LANGUAGE sql AS $$ SELECT false $$;

INSERT INTO postern.people (name, login, status) VALUES
    ('Jane', 'jane@example.org', 'active'), ('joe', 'joe@example.org', 'active'),
    ('paul', 'paul@example.org', 'disabled'), ('mary', 'mary@example.org', 'must-change'),
    ('luke', 'luke@example.org', 'locked'), ('odd', 'odd@example.org', 'retired'),
    ('nohash', 'nohash@example.org', 'active'), ('bare', 'bare@example.org', 'active'),
    ('twins', 'twins@example.org', 'active');
INSERT INTO postern.secrets (name, secret, id) VALUES
    ('Jane', 'correct horse', NULL), ('joe', 'battery', NULL), ('joe', 'staple', NULL),
    ('joe', 'k7-phone', 'k7'), ('paul', 'correct horse', NULL), ('mary', 'correct horse', NULL),
    ('luke', 'correct horse', NULL), ('odd', 'correct horse', NULL), ('nohash', NULL, NULL),
    ('bare', '{WHIRLPOOL}s3cret', NULL), ('twins', 'correct horse', NULL);
INSERT INTO postern.addresses VALUES
    ('Jane', 'jane@example.org', 1), ('Jane', 'Jane.Doe@EXAMPLE.org', 2), ('Jane', '@jane.example', 3),
    ('joe', 'joe@example.org', 1), ('paul', 'paul@example.org', 1);
INSERT INTO postern.members VALUES ('Jane', 'sales'), ('Jane', 'staff'), ('joe', 'staff');
INSERT INTO postern.delegates VALUES ('Jane', 'boss@example.org');

CREATE ROLE gate LOGIN PASSWORD 'gate secret';
GRANT USAGE ON SCHEMA postern TO gate;
GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA postern TO gate;
