-- Run once, when the database is made. `postern migrate` makes the schema as its owner, and finds its two roles here.
\set owner `cat /run/secrets/owner`
\set gateway `cat /run/secrets/gateway`
CREATE ROLE mail_owner LOGIN PASSWORD :'owner';
CREATE ROLE gateway LOGIN PASSWORD :'gateway';
CREATE ROLE postern_gateway;
CREATE ROLE postern_admin;
GRANT postern_gateway TO gateway;
ALTER DATABASE mail OWNER TO mail_owner;
REVOKE CONNECT ON DATABASE mail FROM PUBLIC;
GRANT CONNECT ON DATABASE mail TO gateway;
