-- Two roles that log in nowhere. The DBA grants them to the roles that do:
--     CREATE ROLE postern_mx1 LOGIN PASSWORD '...';     GRANT postern_gateway TO postern_mx1;
--     CREATE ROLE postern_helpdesk LOGIN PASSWORD '...'; GRANT postern_admin TO postern_helpdesk;
-- Roles belong to the cluster: where another database has made them already, they are taken as they are.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['postern_gateway', 'postern_admin'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            EXCEPTION
                WHEN duplicate_object OR unique_violation THEN
                    NULL; -- another database's migration was faster
                WHEN insufficient_privilege THEN
                    RAISE insufficient_privilege USING
                        MESSAGE = format('the role %s is missing, and %s may not create it', wanted, session_user),
                        HINT = format('ALTER ROLE %I CREATEROLE, or let a superuser CREATE ROLE %I NOLOGIN', session_user, wanted);
            END;
        END IF;
    END LOOP;
END $$;

REVOKE ALL ON ALL TABLES IN SCHEMA postern FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA postern FROM PUBLIC;
GRANT USAGE ON SCHEMA postern TO postern_gateway, postern_admin;

GRANT EXECUTE ON FUNCTION
    postern.login_account(text), postern.login_secrets(text), postern.account_addresses(text),
    postern.account_groups(text), postern.account_on_behalf_of(text), postern.account_may_act_as(text),
    postern.rehash(text, text, text), postern.touch_app_password(text),
    postern.adopt_account(text, text, text[], text[])
    TO postern_gateway;

GRANT EXECUTE ON FUNCTION
    postern.account_of(text), postern.login_account(text), postern.login_secrets(text),
    postern.account_addresses(text), postern.account_groups(text), postern.account_on_behalf_of(text),
    postern.account_may_act_as(text)
    TO postern_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON
    postern.accounts, postern.secrets, postern.groups, postern.memberships, postern.addresses,
    postern.delegations, postern.app_passwords
    TO postern_admin;
GRANT SELECT ON postern.schema_migrations TO postern_admin;
