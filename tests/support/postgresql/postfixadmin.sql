-- As far as Postern looks at it: the tables of PostfixAdmin 3.3 on PostgreSQL, with a few people.
CREATE TABLE domain (domain varchar(255) PRIMARY KEY, description varchar(255) NOT NULL DEFAULT '',
    active boolean NOT NULL DEFAULT true);
CREATE TABLE mailbox (username varchar(255) PRIMARY KEY, password varchar(255) NOT NULL DEFAULT '',
    name varchar(255) NOT NULL DEFAULT '', local_part varchar(255) NOT NULL, domain varchar(255) REFERENCES domain,
    quota bigint NOT NULL DEFAULT 0, active boolean NOT NULL DEFAULT true);
CREATE TABLE alias (address varchar(255) PRIMARY KEY, goto text NOT NULL, domain varchar(255) REFERENCES domain,
    active boolean NOT NULL DEFAULT true);
CREATE TABLE alias_domain (alias_domain varchar(255) PRIMARY KEY REFERENCES domain,
    target_domain varchar(255) REFERENCES domain, active boolean NOT NULL DEFAULT true);
INSERT INTO domain (domain, active) VALUES ('example.org', true), ('example.net', true), ('closed.example', false);
INSERT INTO alias_domain VALUES ('example.net', 'example.org', true);
INSERT INTO mailbox (username, password, local_part, domain, active) VALUES
    ('jane@example.org', '{PLAIN}correct horse', 'jane', 'example.org', true),
    ('joe@example.org', '{PLAIN}battery staple', 'joe', 'example.org', true),
    ('paul@example.org', '{PLAIN}correct horse', 'paul', 'example.org', false),
    ('mary@closed.example', '{PLAIN}correct horse', 'mary', 'closed.example', true);
INSERT INTO alias VALUES ('jane@example.org', 'jane@example.org', 'example.org', true),
    ('joe@example.org', 'joe@example.org', 'example.org', true),
    ('sales@example.org', 'joe@example.org, jane@example.org', 'example.org', true),
    ('old@example.org', 'jane@example.org', 'example.org', false),
    ('notjane@example.org', 'xjane@example.org', 'example.org', true),
    ('@example.org', 'joe@example.org', 'example.org', true);
GRANT SELECT ON mailbox, domain, alias, alias_domain TO gate;
