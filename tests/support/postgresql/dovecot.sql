-- The table of Dovecot's documentation, with a few people.
CREATE TABLE users (username varchar(128) NOT NULL, domain varchar(128) NOT NULL, password varchar(128) NOT NULL,
    home varchar(255) NOT NULL, uid integer NOT NULL, gid integer NOT NULL, active char(1) DEFAULT 'Y' NOT NULL,
    PRIMARY KEY (username, domain));
INSERT INTO users VALUES ('jane', 'example.org', '{PLAIN}correct horse', 'vmail/jane', 1, 1, 'Y'),
    ('jane', 'example.net', '{PLAIN}battery staple', 'vmail/jane2', 2, 2, 'Y'),
    ('paul', 'example.org', '{PLAIN}correct horse', 'vmail/paul', 3, 3, 'N');
GRANT SELECT ON users TO gate;
