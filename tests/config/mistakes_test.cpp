// A file with thirty different mistakes: all of them are told, in the order of the lines, each with
// its place.
#include <gtest/gtest.h>

#include "config/scripted_environment.hpp"
#include "config/section.hpp"

namespace postern::config {
namespace {

constexpr const char* settings = R"toml([server]
hostname = 25
workers = 0
colour = "red"
[server.listener.submission]
bind = ["[::]:587", 587]
tls.implicit = "yes"
proxy = "10.0.0.5"
[session.auth]
mechanisms = [ { if = "local_prot != 25", then = "[plain, login]" }, { else = false } ]
directory = "ldap"
require = [ { if = "listener != 'smtp'", then = true } ]
allow-plain-text = [ { if = "is_tls" }, { else = false } ]
may-act-as = [ { else = false }, { if = "is_tls", then = true } ]
must-match-sender = [ { if = "listener", nee = "smtp", then = true }, { else = false } ]
must-match-header-from = "is_emtpy(authenticated_as)"
send-as-anyone = "contains(groups, 'staff'"
network-principal = "if_then(is_ip_in_cidr(remote_ip, '10.0.0.0/33'), 'printer', false)"
[session.auth.errors]
total = "three"
wait = 5
[session.limits]
message-size = "50x"
idle = "1h30m"
recipient = 100
[next-hop.mta]
type = "smpt"
address = true
[next-hop.drop]
type = "maildir"
[directory.people]
type = "memory"
[directory.people.principals]
name = "jane"
[directory.ldap]
secret = "%{env:LDAP_SECRET}%"
url = "ldap://%{fiel:/etc/host}%"
password = 4711
timeout = "2d"
[directroy.sql]
type = "postgresql"
[log]
level = "%{env:LEVEL}%"
format = "xml"
)toml";

constexpr const char* expected =
    "t.toml:2:12: server.hostname is the number 25; a text in quotes was expected\n"
    "t.toml:3:11: server.workers is the number 0; a whole number from 1 to 64 was expected\n"
    "t.toml:4:1: unknown key \"colour\" in server; known here: hostname, listener, workers\n"
    "t.toml:6:21: server.listener.submission.bind is the number 587; a text in quotes, or a list "
    "of them, was expected\n"
    "t.toml:7:16: server.listener.submission.tls.implicit is the text \"yes\"; true or false was "
    "expected\n"
    "t.toml:8:1: unknown key \"proxy\" in server.listener.submission; known here: bind, tls\n"
    "t.toml:10:24: session.auth.mechanisms: unknown variable \"local_prot\"; did you mean "
    "\"local_port\"?\n"
    "t.toml:11:14: session.auth.directory: unknown variable \"ldap\"; a text stands in quotes of "
    "its own: \"'ldap'\"\n"
    "t.toml:12:11: session.auth.require: \"else\" is missing; end the list with { else = ... }\n"
    "t.toml:13:22: session.auth.allow-plain-text: \"then\" is missing; say what holds then: { if = "
    "..., then = ... }\n"
    "t.toml:14:16: session.auth.may-act-as: \"else\" stands before an \"if\"; put it at the end\n"
    "t.toml:15:42: session.auth.must-match-sender: unknown key \"nee\" in a block; did you mean "
    "\"ne\"?\n"
    "t.toml:16:27: session.auth.must-match-header-from: unknown function \"is_emtpy\"; did you "
    "mean \"is_empty\"?\n"
    "t.toml:17:43: session.auth.send-as-anyone: the expression ends too early; the closing "
    "parenthesis of contains() is missing\n"
    "t.toml:18:55: session.auth.network-principal: \"10.0.0.0/33\" is no network; write "
    "'10.0.0.0/8' or '2001:db8::/32'\n"
    "t.toml:20:9: session.auth.errors.total is the text \"three\"; a whole number from 1 to 100 "
    "was expected\n"
    "t.toml:21:8: session.auth.errors.wait is the number 5; a duration needs a unit: \"5s\" or "
    "\"5ms\"\n"
    "t.toml:23:16: session.limits.message-size is the text \"50x\"; a size from 1 to "
    "9223372036854775807 octets was expected, like \"10k\" \"50m\" \"1g\"\n"
    "t.toml:24:8: session.limits.idle is the text \"1h30m\"; a duration from 1s to 1h was "
    "expected, like \"500ms\" \"5s\" \"2m\"\n"
    "t.toml:25:1: unknown key \"recipient\" in session.limits; did you mean \"recipients\"?\n"
    "t.toml:27:8: next-hop.mta.type is the text \"smpt\"; did you mean \"smtp\"? one of \"smtp\", "
    "\"maildir\" was expected\n"
    "t.toml:28:11: next-hop.mta.address is true; a text in quotes, or a list of them, was "
    "expected\n"
    "t.toml:29:1: next-hop.drop.path is missing; write path = \"...\"\n"
    "t.toml:33:1: directory.people.principals is a table; sections [[directory.people.principals]] "
    "were expected\n"
    "t.toml:36:10: directory.ldap.secret: the environment variable of %{env:LDAP_SECRET}% is not "
    "set\n"
    "t.toml:37:7: directory.ldap.url: %{fiel:/etc/host}% is neither %{env:NAME}% nor "
    "%{file:/path}%\n"
    "t.toml:38:12: directory.ldap.password is a number; a text in quotes was expected\n"
    "t.toml:39:11: directory.ldap.timeout is the text \"2d\"; a duration from 1ms to 1d was "
    "expected, like \"500ms\" \"5s\" \"2m\"\n"
    "t.toml:40:2: unknown section \"directroy\"; did you mean \"directory\"?\n"
    "t.toml:43:9: log.level is the text \"%{env:LEVEL}%\"; did you mean \"debug\"? one of "
    "\"info\", \"debug\" was expected\n"
    "t.toml:44:10: log.format is the text \"xml\"; one of \"text\", \"json\" was expected\n";

using expr::Context;
using expr::Kind;
using expr::Stage;
using std::chrono::milliseconds;

// The way the parts of the program read them, each its own section, in no particular order.
void read_server(Section server) {
    server.text("hostname");
    server.integer("workers", 1, 1, 64);
    for (auto& [name, listener] : server.tables("listener")) {
        listener.texts("bind");
        listener.table("tls").boolean("implicit", false);
    }
}

void read_session(Section session) {
    Section auth = session.table("auth");
    const Context boolean{.stage = Stage::auth};
    const Context text{.stage = Stage::auth, .kind = Kind::text, .false_means_none = true};
    for (const char* key : {"require", "allow-plain-text", "may-act-as", "must-match-sender",
                            "must-match-header-from", "send-as-anyone"})
        auth.expression(key, {}, boolean);
    auth.expression("mechanisms", {}, {.kind = Kind::constants, .constants = {"plain", "login"}});
    auth.expression("directory", {}, text);
    auth.expression("network-principal", {}, text);
    auth.table("errors").integer("total", 3, 1, 100);
    auth.table("errors").duration("wait", milliseconds(5000));
    Section limits = session.table("limits");
    limits.size("message-size", 1, 1);
    limits.duration("idle", milliseconds(1), std::chrono::seconds(1), std::chrono::hours(1));
    limits.integer("recipients", 1000, 1, 10000);
}

void read_directories(Section root) {
    for (auto& [name, directory] : root.tables("directory")) {
        directory.text("type");
        directory.list("principals");
        directory.secret("secret");
        directory.secret("password");
        directory.text("url");
        directory.duration("timeout", milliseconds(1), milliseconds(1), std::chrono::hours(24));
    }
}

void read_next_hops(Section root) {
    enum class Type { smtp, maildir };
    for (auto& [name, hop] : root.tables("next-hop")) {
        const auto type = hop.choice<Type>(
            "type", {{"smtp", Type::smtp}, {"maildir", Type::maildir}}, Type::smtp);
        if (type == Type::maildir) hop.required_text("path");
        hop.texts("address");
    }
}

TEST(Mistakes, AreToldAllAtOnceInOrderWithTheirPlaces) {
    ScriptedEnvironment environment;
    environment.variables = {{"LEVEL", "debgu"}};
    auto document = Document::parse(settings, "t.toml", environment);
    Section root = document.root();
    enum class Word { one, two };
    root.table("log").choice<Word>("format", {{"text", Word::one}, {"json", Word::two}}, Word::one);
    root.table("log").choice<Word>("level", {{"info", Word::one}, {"debug", Word::two}}, Word::one);
    read_directories(root);
    read_next_hops(root);
    read_session(root.table("session"));
    read_server(root.table("server"));
    document.report_unknown_keys();
    EXPECT_EQ(all_problems(document), expected);
    EXPECT_GE(document.problems().size(), 30u);
}

}  // namespace
}  // namespace postern::config
