// Stored passwords as other programs wrote them; above each group the command that made it. None
// of them comes from this code.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "crypto/password_hash.hpp"

namespace postern::crypto {
namespace {

constexpr std::string_view umlauts = "pässwörd 123";

struct Vector {
    std::string_view password, stored;
};

constexpr Vector vectors[] = {
    // doveadm pw -s SCHEME -p 'pässwörd 123' (Dovecot 2.3.19)
    {umlauts, "{BLF-CRYPT}$2y$05$qKT75h3ePt20tPuushLBc.9xNPAPqa9bKA2hf5d7Gwm97yTv40C9a"},
    {umlauts, "{SHA256-CRYPT}$5$yqCESYVnrOkGYSDh$n87IPHVK1acZ/ydv1MO07MpLitDxFjWGlLjXaWKtFS6"},
    {umlauts,
     "{SHA512-CRYPT}$6$hzoEg.O3Q0lHLAwp$D/"
     "UeLlyTuQnDRGD7uscziSTuEa8KklixJ21HQesAwKcahRT8ttzJTib3q56JM2vJ/CVY9WCmaSrjEDIBKtET20"},
    {umlauts, "{MD5-CRYPT}$1$x28TGKaz$xY4GgY4w/SXr809FVucYh1"},
    {umlauts, "{DES-CRYPT}agi3oFnYk9oOw"},
    {umlauts, "{CRYPT}$2y$05$lh2DDjHWLcUQw5pwo.VI..mMxEbcvFoM01YS/GrssDzQHQx0cTS/e"},
    {umlauts,
     "{ARGON2I}$argon2i$v=19$m=32768,t=4,p=1$uAnSWvxCVfVTio1W+daM/w$"
     "WBLmtrS438K8bqfFxWFi4u4Emnj5vEQiZoFbfd77cU0"},
    {umlauts,
     "{ARGON2ID}$argon2id$v=19$m=65536,t=3,p=1$woaK36l8YpFTwTbLjWxQWQ$"
     "6yti7syHBD3OIPHeZ+ASGrBbMvtrRkqKIF17nkcP+PY"},
    {umlauts, "{SSHA}sC7M5Om9VVlLlUsDZubvl9AAUUUBm2fW"},
    {umlauts, "{SSHA256}1GdaWY085lIQFmNTmctD+aIfOvxu+6mGkMgQW9zU9BSfWyMN"},
    {umlauts,
     "{SSHA512}ExkD+CpYD8hc+qaG7ZsU4zxqTZ+GDlvNTjRNA2NyX3o5n+jgISdwiIE+"
     "RQuL0QKa1YxKsG7Iv7VUWv8CxYbddKc0ggk="},
    {umlauts, "{SHA}lwbnGFeQM7axfZR6Q1/2X30E3Do="},
    {umlauts, "{SHA1}lwbnGFeQM7axfZR6Q1/2X30E3Do="},
    {umlauts, "{SHA256}Pyc5B1E+2rx4ugua1ivC6x4W/5ew1cHU0SQsp3loimU="},
    {umlauts,
     "{SHA512}eGn2KgEOhnZK4ri7jv1Vr3toqRTUXS6psBjZC/Q/"
     "9YO+AhmjitqFFP9PRy5l5wBRBvP5qQG6p97b0FbxQpDZJA=="},
    {umlauts, "{SMD5}SoKVDL4UELpXYtsm0FffhtH1Et8="},
    {umlauts, "{PLAIN-MD5}b93bc487f946c07019686342e171bfda"},
    {umlauts, "{LDAP-MD5}uTvEh/lGwHAZaGNC4XG/2g=="},
    {umlauts, "{MD5}$1$o892xWXD$7KAOBy2GCZZd/A68iaJB9."},
    {umlauts, "{PBKDF2}$1$e4DP7aIzvS2pq.eV$5000$1afec0400072ee5dcceda4bcc961ac75d08467a1"},
    {umlauts, "{PLAIN}pässwörd 123"},
    {umlauts, "{CLEAR}pässwörd 123"},
    {umlauts, "{CLEARTEXT}pässwörd 123"},
    {umlauts,
     "{SCRAM-SHA-1}4096,rAlhIcTYQHSJqONgj0Cajg==,T6bCN6y1+KLJbxBHq66laraIvoM=,"
     "n11KfwxvBdvGCl2vAzSjCvmmEaI="},
    {umlauts,
     "{SCRAM-SHA-256}4096,j+CVCpUPZFue1D8vPx6wvg==,kzNXWLlPcaA0npm6f5ltz3iDzKyu4dFjwnmcgXxsnlo=,"
     "mlnWznN+6OW6ngsMOLVzwJ7Ja0Eo9AuXW4fsUyeew3k="},
    {umlauts,
     "{SSHA256.HEX}30760ecdf34ed59a7a70ce01ac5476079165e9e6d77ff7821e53f9517192e0dd9156d713"},
    {umlauts, "{SSHA.B64}DA1hZY4VmXmepGZVzNXdSDG6V4ZTEBa7"},
    {umlauts, "{SHA256.HEX}3f273907513edabc78ba0b9ad62bc2eb1e16ff97b0d5c1d4d1242ca779688a65"},
    {umlauts, "{PLAIN.B64}cMOkc3N3w7ZyZCAxMjM="},
    {umlauts, "{PLAIN.HEX}70c3a4737377c3b6726420313233"},
    {umlauts,
     "{BLF-CRYPT.B64}JDJ5JDA1JFpRMWFZM2ZTL3o5Y1VrMDhqZ3Ezai5LV2tXYml5ZWszeExBUi5MYTJ5Zm1ybVdnYk12NX"
     "Np"},
    {umlauts, "{PLAIN-MD5.B64}uTvEh/lGwHAZaGNC4XG/2g=="},
    {umlauts, "{SMD5.HEX}b0b6969ebb2ef85b7bc71db0ed8259de4de86dc0"},

    // slappasswd -h SCHEME -s secret (OpenLDAP 2.5.13); with -o module-load=pw-sha2, pw-pbkdf2,
    // argon2
    {"secret", "{SSHA}ibrzfaXRhfTT5dY9kdGSR9rj8cWJdUTd"},
    {"secret", "{SMD5}TG2FCrAVUFBk9jWIRyzH9dnWsqM="},
    {"secret", "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="},
    {"secret", "{MD5}Xr4ilOzQ4PCOq3aQ0qbuaQ=="},
    {"secret", "{PBKDF2}10000$ksAqvyF23iwgIY7wvzj3BA$4AKf//AKq5FwRVnE2BTesJrt134"},
    {"secret", "{PBKDF2-SHA1}10000$VTuqfA7VMil1UfcEJcQQjg$UwB6C.tdFMY5/uY4Zsc6bbc5QSQ"},
    {"secret",
     "{PBKDF2-SHA256}10000$dMkzU7nNerZp96d0yf/cXw$burU7EY2iFYeXAVi15BoxBysnt6CdYxmxClc69.ALXE"},
    {"secret",
     "{PBKDF2-SHA512}10000$Q0gS/45cB0D7K2j4GshbJw$PPQGttK.QoTLLoQgVmeUUyOxK/"
     "KG91U0lH4qpQ0qqPKSsbFRkcfw.czS.P5XoCz3pgJ5wEptFzlj966IyxMz7w"},
    {"secret", "{SSHA256}etqm/ss6x35PrsrYBPBRpXGC9kTYw8IJxkJCpGrJx2Cl4DDORqd2BA=="},
    {"secret",
     "{SSHA384}OCQdQPTNbYamM/"
     "uHEPPkAqGlb2suXuoTqXl3DvtBfSOK0W7Wz+9UsxFMNln/9eaTqpOCz6suYW4="},
    {"secret",
     "{SSHA512}g4HgVj4f35yeqLJg6Oxvz2vq6RO1TYxBjn+bfUCxKsO2Bf0CdjtlAFr74gl/"
     "e9+My6o9mpL35DkwITAxB36AhXfA/ZqpovLW"},
    {"secret", "{SHA256}K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols="},
    {"secret", "{SHA384}WKd1ukESvjAFrkQHznV9iP2nHUBJe7gCbsrFTU4//HIyzo3jq1rLMK45dg/ufFPt"},
    {"secret",
     "{SHA512}vSsar3708Jvp9Szi2NWZZ02Bqp1qRCFpbcTZPdBhnWgs5WtNZKnvCXdhztmeD2cmW192CF5bDufKRpayrW/"
     "isg=="},
    {"secret",
     "{ARGON2}$argon2i$v=19$m=4096,t=3,p=1$deyNDTw3fHMu9t/0Z89tlQ$"
     "XLWQyVGbifeoAWE4Qu3hDbqIV2xmrOZgNKyvqLFwhtY"},
    {"secret",
     "{CRYPT}$6$rounds=5000$DuWHxNCK$X4b9g3MaIhF3VLlhac4F4YJfuJY6qJiBjE8HxI."
     "VtZP3jv8X58kP8ZWs0A9CrWZOl/wZwCtZsILsbdEtzUpQ8."},

    // pwdhash -s SCHEME secret (389-DS 2.3.1)
    {"secret", "{SSHA}U/HqhNO/zkUiSKCtVsrWU2+TY9rfP0ts2UxKiQ=="},
    {"secret",
     "{SSHA512}cQQfoI1pi+RAZhFxYVtRcBPRsLCmoJi0xvi3HT5QbC5rawXkE1OHpY4rV98/"
     "71QFllVDZ+W47YdSSWl92mKVZZpihx/E6fME"},
    {"secret", "{SMD5}xXk4C5sVkGBvHJm7ahKVT5yeV4o="},
    {"secret", "{crypt}vRupD8CZl64ds"},
    {"secret", "{crypt}$1$OH$dODNpwSk.Xa6lsZfnoxlD/"},
    {"secret", "{crypt}$5$pG$yH/1XT8yr5uTqa9V3qDFDpigWMvkqg2cWlPtUD8dkD6"},
    {"secret",
     "{crypt}$6$xs$CxWxxXW1YzIPjJAG1eHCtDnERbEf2WA2WEn7cKoTeIlz0hfMZeKw1pK3ysGmH2hw4ggYrPKRbOj/"
     "CysNg5LJF/"},
    {"secret",
     "{PBKDF2_SHA256}AAAgAMpHGS7fXIX+NPviw3mkjb30vxv/3bV9KjltqWW+GmSQ+zHLNDByR4uHsnQEoQVlk/"
     "IZ1PHoheTAOt4FSU+Lvc9ftwDem8dttk/HCD4UJHc7Pb7RPxBpdUUJWbufkB0eneq9CyCWXXblfu8fh+dEiaEO/"
     "LJrVawpp/PMWw+w/QeiLPINob3FfIOay50/xfF63nEXInjGovSV/FPmJ9MKuC8aEChzHL4cFysx5hBQ5VwWfNaH3Y1A"
     "VmTBVPidrTvRQLTEPd0if+QKh3OcrR994gkb9/uJ1ftCYa0+eIZHmOm2q6koj7X+"
     "cqNn2RzKDS9PkN+rMAQ3jGblX6QS0ig3xYkfB+hQD3Xo1eE1ftjN/nSdawDBhTZ7kBY38yU0DRdt2XVot+g0kDMQmZ+"
     "O1TKXdWFYuLpYqINqOnrfYu7kdsNw"},
    {"secret", "{PBKDF2-SHA1}10000$h6cIS8Gn3SacIXG3COkHFtCfTKt9/bYH$DDRxJZHHYvCIrgCak7WrTmk/Cmo="},
    {"secret",
     "{PBKDF2-SHA256}10000$55AApgMXOplo4lEJjRKrftlW0Ajp7dYf$"
     "7JPMij7C19IkAOtZnNuvMWxzPXyDeiKaJzFZK0Yk3O4="},
    {"secret",
     "{PBKDF2-SHA512}10000$hOtkg303m5dUyVSJsYHOLoJHPGfHn5wj$"
     "VqS+tnrm1pClpyzj2pzIqRpQ7gKg341H1kDxFjiVPpYCi/MEfrM5LO7WhL26cViee1/"
     "GTsIsiXrHHy18RmxNNw=="},
    {"secret",
     "{GOST_YESCRYPT}$gy$j9T$cxggNvTfYxFiAe1xEX0bH1$"
     "dwtsT3ACLw3ssgdParaOZ327METRH2YjLA/weQNzra6"},

    // python3 -c 'import crypt; print(crypt.crypt("pässwörd 123", SALT))' (libxcrypt 4.4.33)
    {umlauts, "$y$j75$abcdefgh$wWF5DafhIQI8N6buaQgKQ5P92vJ09pI9j/WEnDIae96"},
    {umlauts, "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$h96.7ajEDJ40mK1HOm88hdx72Gq7EBmMD1lDMXZiMM5"},
    {umlauts, "$7$A6..../....saltstring$BJrgtLgdTWFIqJFea25XuijUdLjQFX8uaqHGTTz0dX4"},
    {umlauts, "$7$C6..../....SodiumChloride$Ci7dbDUdf4FWfYy2NI.jIlM207qVS8s3qjZKiNwALu2"},
    {umlauts,
     "$6$rounds=1000$saltstring$LhNb8N.jT6biOm85tc05lzHj3OF2MdrqQLiFbRbUraiAfBzj3WPr3lZ5pSEx/"
     "8nPpgJAgwBpl9G5riUjbQMzx0"},
    {umlauts,
     "$6$saltstring$trQt0xDLHycbIl8OfN4qI6WXdNQVpz6/"
     "EQIwiaEB1g5Z7LoWgSU4Knl69iMTyxluTJnFXOph6VpbS.PG88LwE0"},
    {umlauts, "$5$rounds=1000$saltstring$KQiQZKoNeQUmGiieqrCTqZsoHhHjDsltLMJFhAMLjoC"},
    {umlauts, "$5$saltstring$kpbGw81023PdKQeWJgrikeQz/YApkAtElMQfgmrshk4"},
    {umlauts, "$1$saltstri$YWI7Qu8ZiLjF1OCcV80QX/"},
    {umlauts, "$sha1$1000$saltstring$sri8Qz3Ws6cK5ubqjgD5YFR.ecCP"},
    {umlauts, "{CRYPT}abzp3RXJm5gNA"},
    {umlauts, "_J9..K0AyRN6wZJXq3TQ"},
    {umlauts, "{CRYPT}_J9..K0AyRN6wZJXq3TQ"},
    {umlauts, "$2a$04$abcdefghijklmnopqrstuuiLgGdhdn3NdGU8h3fv/F4aDWpu.FCeW"},
    {umlauts, "$2b$04$abcdefghijklmnopqrstuuiLgGdhdn3NdGU8h3fv/F4aDWpu.FCeW"},
    {umlauts, "$2x$04$abcdefghijklmnopqrstuu2NA7SfDkz9ioOrEzactb.CQDemPJvzy"},
    {umlauts, "$2y$04$abcdefghijklmnopqrstuuiLgGdhdn3NdGU8h3fv/F4aDWpu.FCeW"},

    // openssl passwd -6|-5|-1 -salt abc secret; htpasswd -nbB -C 5 jane secret;
    // mkpasswd -m yescrypt|scrypt|gost-yescrypt secret
    {"secret",
     "$6$abc$IdWKNKTJEb8LxY7CGg8YBXlvtfZzFw7Mp/r6niK9YB2mdvgY..TKjv1T..8RadRt2qvUHYRLr/"
     "TsVArtr91iR1"},
    {"secret", "$5$abc$qsg6EHbUzHQzF1POlD7zUwBINSELQxypPaeDcZe6vH0"},
    {"secret", "$1$abc$iCQ2D3nhptRYi27fDYv2s1"},
    {"secret", "$2y$05$ZGD2UoZw.LrXG8iqxFYxFe41HCC1g7keQyRKFOh7yrwFzOGgTbpCu"},
    {"secret", "$y$j75$QWJ0I0KqDnWqE/hQUlhLr1$8UY/6TeQ1d5mNABaU5ocNeMysHiY8K/EZNXiYswM4r0"},
    {"secret", "$7$BU..../....P1CFKWQb0682WOJpoBt1X.$N5H6ANJ04mx3WM4Gcmm6yOS4jQY7Ca.fG7RTY2kknRB"},
    {"secret", "$gy$j75$zslGO6FaPcHMWU.iYZtQQ0$iotVsHbzvAwU3Reoe.Zl4fz0O8WHuC0oxJ3WUL98A.0"},

    // django.contrib.auth.hashers.make_password('pässwörd 123', hasher=...) (Django 3.2.25)
    {umlauts, "pbkdf2_sha256$260000$seasalt8$whwx0j3VxIGuJ00XJ95uwM/SeyMBBJ9lZNFVekJ5Zbg="},
    {umlauts, "pbkdf2_sha1$260000$seasalt8$GKiHaz5KyomtNONvuvKkxkwDKFc="},
    {umlauts,
     "argon2$argon2id$v=19$m=102400,t=2,p=8$Q1Bud2RqQURUYVlOUG1MOEw5RVRtNw$"
     "lhWLyy9OreNUh1M48WgoQA"},
    {umlauts, "bcrypt_sha256$$2b$12$JHnLxq1QD/9NRb5O1lQgXu3jGVF8QGnqAKoetoi9h2arIETGaEl.2"},
    {umlauts, "bcrypt$$2b$12$6Ses88QzMhS7GZ4quu3VXOIk3RMbgZVVRsUh5s.NPdH6asxfbv6du"},
    {umlauts, "sha1$seasalt8$ac7f398f218864ac8d48d67c374bd0187acd4790"},
    {umlauts, "md5$seasalt8$1c4272c7ef6314a403f1bad596fe5f50"},
    // its own test of the hasher that later versions have, tests/auth_tests/test_hashers.py
    {"lètmein",
     "scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/"
     "NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw=="},

    // passlib.hash.pbkdf2_sha256.using(rounds=1000).hash('pässwörd 123') and so on (passlib 1.7.4)
    {umlauts, "$pbkdf2$1000$2rtXKkVIybn3XosRYkxJ6Q$Fjc7aYw8LCBzK9nJvvN06pDMdAw"},
    {umlauts,
     "$pbkdf2-sha256$1000$dm6tFcKYs1bqfc/Ze6/V2g$4ySjZWVrYzrVi6omU1sxQcUmxqNlIINpmHcQNQkJIWI"},
    {umlauts,
     "$pbkdf2-sha512$1000$fm/NOWcMYczZe88ZA0AIQQ$KR.2DMKekkTPuGTtkj7nS289CV0bFcRcdiYcun9aOTkuP0nuIs"
     "aQxPnDpEofKLGWWRHj67LAvbSnsfOV9oZBmA"},
    {umlauts,
     "$scrypt$ln=10,r=8,p=1$xFhrrdXae6/1Xkup1ZoTQg$7v6cqLf1oxdSWoIyys+leprIUyQk+EM1t50kZCR7oSE"},
    // the same behind the prefix and in the spelling of PHC
    {umlauts,
     "{PBKDF2}$pbkdf2-sha256$i=1000,l=32$dm6tFcKYs1bqfc/Ze6/V2g$"
     "4ySjZWVrYzrVi6omU1sxQcUmxqNlIINpmHcQNQkJIWI"},

    // Stalwart's own tests (crates/directory)
    {"password", "$1$5pZSV9va$azfrPr6af3Fc7dLblQXVa0"},
    {"test", "$5$rounds=11858$WH1ABM5sKhxbkgCK$aTQsjPkz0rBsH3lQlJxw9HDTDXPKBxC0LlVeV69P.t1"},
    {"password", "$2y$05$bvIG6Nmid91Mu9RcmmWZfO5HJIMCT8riNW0hEp8f6/FuA2/mHZFpe"},

    // RFC 7677 3 (SCRAM-SHA-256) and RFC 5802 5 (SCRAM-SHA-1); the keys as the RFCs derive them
    {"pencil",
     "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
     "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="},
    {"pencil",
     "{SCRAM-SHA-1}4096,QSXCR+Q6sek8bf92,6dlGYMOdZcOPutkcNY8U2g7vK9Y=,"
     "D+CSWLOshSulAsxiupA+qs2/fTE="},

    // RFC 7914 12: scrypt("pleaseletmein", "SodiumChloride", N=16384, r=8, p=1) and
    // scrypt("password", "NaCl", N=1024, r=8, p=16)
    {"pleaseletmein",
     "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT"
     "8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw"},
    {"password",
     "$scrypt$ln=10,r=8,p=16$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG/"
     "xCSedmDDaxyevuUqD7m2DYMvfoswGQA"},
    // RFC 6070 (PBKDF2 with HMAC-SHA-1): "password", "salt", 4096 iterations
    {"password", "{PBKDF2}4096$c2FsdA$SwB5AbdlSJq+rUnZJvch0GWkKcE"},
};

HashLimits all_allowed() {
    return {.allow_weak = true};
}

bool is_slow(std::string_view stored) {
    const auto hash = PasswordHash::parse(stored, all_allowed());
    return hash && hash->work().microseconds > 20'000;
}

TEST(PasswordVectors, TellTheRightPasswordFromAWrongOne) {
    for (const auto& [password, stored] : vectors) {
        const auto hash = PasswordHash::parse(stored, all_allowed());
        ASSERT_TRUE(hash.has_value()) << stored << ": " << to_string(hash.error());
        EXPECT_TRUE(hash->verify(Secret(password))) << stored;
        EXPECT_FALSE(hash->verify(Secret("x" + std::string(password)))) << stored;
        EXPECT_FALSE(hash->verify(Secret(""))) << stored;
    }
}

// Only bcrypt, which cuts at 72 octets, and DES, which cuts at 8, let something behind pass.
TEST(PasswordVectors, RefuseANulBehindThePassword) {
    for (const auto& [password, stored] : vectors) {
        if (is_slow(stored)) continue;
        const auto longer = std::string(password) + std::string("\0x", 2);
        EXPECT_FALSE(PasswordHash::parse(stored, all_allowed())->verify(Secret(longer))) << stored;
    }
}

// What is left of one never is a plain text, nor a hash that is easier to guess.
TEST(PasswordVectors, RefuseEveryTextThatIsCutOff) {
    for (const auto& [password, stored] : vectors) {
        if (stored.find("PLAIN}") == 1 || stored.find("CLEAR") == 1 || stored.find("PLAIN.") == 1)
            continue;
        // scrypt has a beginning of every length that is as good as the whole
        if (stored.find("scrypt") < 2) continue;
        const auto whole = stored.substr(0, stored.find_last_not_of('=') + 1);
        const bool is_bare = !stored.starts_with('{') && !stored.starts_with('$');
        for (std::size_t size = is_bare ? stored.rfind('$') + 1 : 1; size < whole.size(); ++size) {
            const auto cut = stored.substr(0, size);
            const auto hash = PasswordHash::parse(cut, all_allowed());
            if (!hash || is_slow(cut)) continue;
            EXPECT_TRUE(hash->needs_pool() || stored.starts_with('_')) << cut;
            EXPECT_FALSE(hash->verify(Secret(password))) << cut;
        }
    }
}

TEST(PasswordVectors, AreThereForEveryScheme) {
    std::set<std::string> missing;
    for (const auto& scheme : password_schemes())
        missing.emplace(scheme.name);
    const auto begin = [](std::string_view text) {
        std::string upper(text);
        for (auto end = upper.find('}'), i = std::size_t{0}; i < upper.size() && i < end; ++i)
            if (upper.front() == '{' && upper[i] >= 'a' && upper[i] <= 'z')
                upper[i] = static_cast<char>(upper[i] & ~0x20);
        return upper;
    };
    for (const auto& [password, stored] : vectors)
        std::erase_if(missing, [&](const std::string& name) {
            return begin(stored).starts_with(name) || begin(stored).find(name) < 20;
        });
    missing.erase("$argon2d$");      // RFC 9106, tests/crypto/argon2_test.cpp
    missing.erase("$pbkdf2-sha1$");  // another name of $pbkdf2$
    EXPECT_TRUE(missing.empty()) << testing::PrintToString(missing);
}

}  // namespace
}  // namespace postern::crypto
