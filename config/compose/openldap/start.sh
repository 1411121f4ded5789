#!/usr/bin/env bash
# Loads the sample people and the service account, with its password of the secrets, at the first start.
set -euo pipefail
settings=/etc/openldap/slapd.conf
mkdir -p /srv/ldap/data
if [ ! -e /srv/ldap/data/data.mdb ]; then
    slapadd -q -f $settings -l /etc/openldap/people.ldif
    slapadd -q -f $settings <<END
dn: cn=postern,ou=services,dc=example,dc=org
objectClass: applicationProcess
objectClass: simpleSecurityObject
cn: postern
userPassword: $(slappasswd -h '{SSHA}' -T <(tr -d '\n' </run/secrets/service))
END
fi
exec slapd -d 0 -f $settings -h ldap://:1389/
