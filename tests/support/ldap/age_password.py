#!/usr/bin/python3
"""Makes the password of an account in a Samba AD an old one: age_password.py SMB.CONF DN

Active Directory lets no client write pwdLastSet but 0 and -1, so this goes to the database below it.
"""

import sys

import ldb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

PASSWORD_BYPASS_LAST_SET = "1.3.6.1.4.1.7165.4.3.20"
IN_2020 = "132223104000000000"  # in units of 100 ns since 1601

settings = LoadParm()
settings.load(sys.argv[1])
database = SamDB(lp=settings, session_info=system_session())
change = ldb.Message(ldb.Dn(database, sys.argv[2]))
change["pwdLastSet"] = ldb.MessageElement(IN_2020, ldb.FLAG_MOD_REPLACE, "pwdLastSet")
database.modify(change, [f"local_oid:{PASSWORD_BYPASS_LAST_SET}:0"])
