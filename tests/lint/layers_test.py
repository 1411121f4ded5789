#!/usr/bin/env python3
"""The floors of the house: the tree keeps to them, and a tree that does not is noticed."""

import tempfile
import unittest
from pathlib import Path

import layers

ROOT = Path(__file__).resolve().parents[2]

# A small house that is in order; each case below changes one file of it.
GOOD = {
    "src/main.cpp": '#include "cli/commands.hpp"\nint main() {}\n',
    "src/cli/commands.hpp": "#pragma once\n",
    "src/crypto/secret.hpp": "// contract\n#pragma once\n#include <string>\n",
    "src/crypto/secret.cpp": '#include "crypto/secret.hpp"\n#include <openssl/crypto.h>\n',
    "src/address/mailbox.hpp": "#pragma once\n",
    "src/smtp/reply.hpp": '#pragma once\n#include "address/mailbox.hpp"\n#include <boost/system/result.hpp>\n',
    "src/net/task.hpp": "#pragma once\n#include <boost/asio/awaitable.hpp>\n",
    "src/config/section.hpp": '#pragma once\n#include "crypto/secret.hpp"\n',
    "src/config/section.cpp": '#include "config/section.hpp"\n#include <toml++/toml.h>\n',
    "src/directory/directory.hpp": '#pragma once\n#include "net/task.hpp"\n',
    "src/upstream/next_hop.hpp": '#pragma once\n#include "smtp/reply.hpp"\n',
    "src/session/session.hpp": '#pragma once\n#include "upstream/next_hop.hpp"\n',
    "backends/memory/memory_directory.hpp": '#pragma once\n#include "directory/directory.hpp"\n',
    "backends/memory/plugin.cpp": '#include "memory/memory_directory.hpp"\n',
    "backends/ldap/ldap_client.hpp": "#pragma once\n#include <ldap.h>\n",
}

# What is done to the house -> a part of the sentence that must come of it.
BAD = [
    ("a pure folder includes net", "src/smtp/x.cpp", '#include "net/task.hpp"\n', "smtp may not include net"),
    ("a pure folder uses Asio", "src/smtp/x.cpp", "#include <boost/asio/post.hpp>\n", "not in smtp"),
    ("a pure folder opens a socket", "src/sasl/plain.cpp", "#include <sys/socket.h>\n", "sasl is pure"),
    ("a pure folder starts a thread", "src/expr/eval.cpp", "#include <thread>\n", "expr is pure"),
    ("a pure folder looks at a clock", "src/policy/rate.cpp", "auto now = Clock::now();\n", "policy is pure"),
    ("a pure file of the cache uses Asio", "src/cache/record.cpp", "#include <boost/asio/post.hpp>\n", "is pure"),
    ("a pure file of the cache includes net", "src/cache/record.cpp", '#include "net/task.hpp"\n', "may not include net"),
    ("a pure file of the cache looks at a clock", "src/cache/record.cpp", "auto now = Clock::now();\n", "cache is pure"),
    ("floor 0 uses Asio", "src/crypto/box.cpp", "#include <boost/asio/post.hpp>\n", "not in crypto"),
    ("net includes directory", "src/net/ask.cpp", '#include "directory/directory.hpp"\n', "net may not include directory"),
    ("config includes net", "src/config/x.cpp", '#include "net/task.hpp"\n', "config may not include net"),
    ("directory includes session", "src/directory/x.cpp", '#include "session/session.hpp"\n', "may not include session"),
    ("session includes a backend", "src/session/x.cpp", '#include "memory/memory_directory.hpp"\n', "outside a backend"),
    ("app includes a backend", "src/app/x.cpp", '#include "memory/memory_directory.hpp"\n', "outside a backend"),
    ("a backend includes another", "backends/ldap/x.cpp", '#include "memory/memory_directory.hpp"\n', "another backend"),
    ("a backend includes session", "backends/ldap/x.cpp", '#include "session/session.hpp"\n', "may not include session"),
    ("ldap.h outside its backend", "backends/memory/x.cpp", "#include <ldap.h>\n", "<ldap.h>"),
    ("libpq outside its backend", "src/directory/x.cpp", "#include <libpq-fe.h>\n", "<libpq-fe.h>"),
    ("hiredis outside the cache", "src/directory/x.cpp", "#include <hiredis/hiredis.h>\n", "<hiredis/hiredis.h>"),
    ("OpenSSL in a session", "src/session/x.cpp", "#include <openssl/ssl.h>\n", "not in session"),
    ("spdlog outside observe", "src/net/x.cpp", "#include <spdlog/spdlog.h>\n", "not in net"),
    ("RE2 outside expr", "src/smtp/x.cpp", "#include <re2/re2.h>\n", "not in smtp"),
    ("CLI11 outside cli", "src/app/x.cpp", "#include <CLI/CLI.hpp>\n", "not in app"),
    ("toml++ in a header", "src/config/tree.hpp", "#pragma once\n#include <toml++/toml.h>\n", "only in .cpp files"),
    ("toml++ outside config", "src/app/x.cpp", "#include <toml++/toml.h>\n", "only in .cpp files"),
    ("a library in no table", "src/net/x.cpp", "#include <zlib.h>\n", "in no table"),
    ("a folder on no floor", "src/misc/x.cpp", "int x;\n", "on no floor"),
    ("a header without a guard", "src/net/x.hpp", "// #pragma once\n", "without #pragma once"),
    ("a relative include", "src/net/x.cpp", '#include "../smtp/reply.hpp"\n', "from the src/ root"),
    ("an include beside itself", "src/net/x.cpp", '#include "task.hpp"\n', "from the src/ root"),
    ("a file that is not there", "src/net/x.cpp", '#include "net/gone.hpp"\n', "no such file"),
    ("the own header comes second", "src/crypto/secret.cpp", '#include <string>\n#include "crypto/secret.hpp"\n',
     "comes first"),
    ("somebody includes a .cpp", "src/crypto/x.cpp", '#include "crypto/secret.cpp"\n', "nobody's header"),
    ("somebody includes main's floor", "src/app/x.cpp", '#include "cli/commands.hpp"\n', "app may not include cli"),
]


class Layers(unittest.TestCase):
    def house(self, changes):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        root = Path(folder.name)
        for name, content in {**GOOD, **changes}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(content, encoding="utf-8")
        return root

    def test_the_tree_keeps_to_its_floors(self):
        self.assertGreater(len(list(layers.cxx_files(ROOT))), 30, "is this the tree at all?")
        problems = layers.check(ROOT)
        if problems:
            self.fail("\n" + "\n".join(problems))

    def test_a_house_in_order_passes(self):
        self.assertEqual([], layers.check(self.house({})))

    def test_comments_are_no_includes(self):
        hidden = '// #include "net/task.hpp"\n/*\n#include "net/task.hpp"\n*/\n'
        self.assertEqual([], layers.check(self.house({"src/smtp/x.cpp": hidden})))

    def test_each_way_to_break_it_is_noticed_once(self):
        for what, file, content, sentence in BAD:
            with self.subTest(what):
                problems = layers.check(self.house({file: content}))
                self.assertEqual(1, len(problems), problems)
                self.assertTrue(problems[0].startswith(f"{file}:"), problems)
                self.assertIn(sentence, problems[0])

    def test_the_place_of_the_mistake_is_named(self):
        content = '#include "smtp/reply.hpp"\n\n#include "net/task.hpp"\n'
        self.assertEqual(['src/smtp/x.cpp:3: "net/task.hpp": smtp may not include net'],
                         layers.check(self.house({"src/smtp/x.cpp": content})))


if __name__ == "__main__":
    unittest.main()
