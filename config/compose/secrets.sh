#!/usr/bin/env bash
# Makes what is missing of passwords, keys and certificates, at the first start and at every later one. /secrets has a
# folder for each service, a volume that only this service sees besides; what is there stays, but for certificates
# that end within a month.
set -euo pipefail
umask 077
cd /secrets

uid_of() {
    case $1 in
        postgres | redis) echo 999 ;;
        postfix | ca) echo 0 ;;
        *) echo 2525 ;;
    esac
}

password() { # FILE...: the same in each of them
    [ -s "$1" ] || openssl rand -hex 24 >"$1"
    local copy
    for copy in "${@:2}"; do cmp -s "$1" "$copy" || cp "$1" "$copy"; done
}

authority() {
    [ -s ca/ca.pem ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
        -subj "/CN=Postern's sample authority" -keyout ca/ca.key -out ca/ca.pem 2>/dev/null
}

certificate() { # SERVICE NAME...
    local folder=$1 names
    ! openssl x509 -in "$folder/cert.pem" -noout -checkend 2592000 >/dev/null 2>&1 || return 0
    names=$(printf ',DNS:%s' "${@:2}")
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$2" -keyout "$folder/key.pem" 2>/dev/null |
        openssl x509 -req -CA ca/ca.pem -CAkey ca/ca.key -days 397 -extfile <(echo "subjectAltName=${names#,}") \
            -out "$folder/cert.pem" 2>/dev/null
}

authority
certificate gateway mail.example.org localhost
for service in postgres redis openldap dovecot postfix; do certificate $service $service; done

[ -s gateway/cache.key ] || openssl rand -base64 32 >gateway/cache.key
password postgres/superuser
password postgres/owner migrate/database
password postgres/gateway gateway/database
password openldap/service gateway/ldap
password gateway/redis
# docs/redis.md says what each right is for; who has no password may only ask whether the server is there.
cat >redis/users.acl <<END
user default on nopass -@all +ping
user postern on >$(<gateway/redis) resetkeys ~postern:* resetchannels &postern:* -@all +get +set +del +incrby +pexpire +zadd +zcard +zcount +zrem +zremrangebyscore +zscore +eval +evalsha +publish +subscribe +ping +select +role +client|setname
END

for folder in *; do
    [ "$folder" = ca ] || cp ca/ca.pem "$folder/ca.pem"
    uid=$(uid_of "$folder")
    chown -R "$uid:$uid" "$folder"
done
echo "All secrets are there."
