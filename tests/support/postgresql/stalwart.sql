-- The tables of the SQL directory in Stalwart's documentation, with a few people.
CREATE TABLE accounts (name text PRIMARY KEY, secret text, description text, type text NOT NULL, quota integer DEFAULT 0,
    active boolean DEFAULT true);
CREATE TABLE group_members (name text NOT NULL, member_of text NOT NULL, PRIMARY KEY (name, member_of));
CREATE TABLE emails (name text NOT NULL, address text NOT NULL, type text, PRIMARY KEY (name, address));
INSERT INTO accounts VALUES ('jane', 'correct horse', 'Jane Doe', 'individual', 0, true),
    ('paul', 'correct horse', 'Paul', 'individual', 0, false), ('sales', NULL, 'Sales', 'group', 0, true);
INSERT INTO group_members VALUES ('jane', 'sales');
INSERT INTO emails VALUES ('jane', 'jane@example.org', 'primary'), ('jane', 'jane.doe@example.org', 'alias'),
    ('jane', 'team@example.org', 'list'), ('paul', 'paul@example.org', 'primary'), ('sales', 'sales@example.org', 'primary');
GRANT SELECT ON accounts, group_members, emails TO gate;
