// What the built gateway logs and shows when something is wrong behind it, as far as no other test
// brings it about: for the comparison with the catalogues (tests/observing/catalogue_test.py).
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <fstream>
#include <thread>

#include "e2e/directory_settings.hpp"
#include "e2e/site.hpp"
#include "support/eventually.hpp"
#include "support/redis.hpp"
#include "support/scripted_remote.hpp"
#include "support/slapd.hpp"

namespace postern::test {
namespace {

using namespace std::chrono_literals;

bool logs(const Gateway& gateway, const std::string& event) {
    return eventually([&] { return gateway.log().find(" " + event + " ") != std::string::npos; });
}

bool shows(const Gateway& gateway, const std::string& sample) {
    return eventually([&] { return gateway.metric(sample) > 0; });
}

int auth(const Gateway& gateway, const std::string& login, std::string_view password) {
    auto client = gateway.client();
    client.greet();
    return client.auth_plain(login, password).code;
}

// Logins that wait for their answers, each in a session of its own.
class WaitingLogins {
 public:
    explicit WaitingLogins(const Gateway& gateway) : gateway_(gateway) {}
    ~WaitingLogins() {
        for (auto& login : logins_)
            login.join();
    }
    WaitingLogins(const WaitingLogins&) = delete;
    WaitingLogins& operator=(const WaitingLogins&) = delete;

    void add(const std::string& login) {
        logins_.emplace_back([this, login] { EXPECT_EQ(auth(gateway_, login, "anything"), 454); });
    }

 private:
    const Gateway& gateway_;
    std::vector<std::thread> logins_;
};

// `bind` is the service account's, `more` further lines of the directory.
std::string ldap_settings(const Slapd& slapd, const std::string& more,
                          std::string_view password = Slapd::service_password) {
    const auto lines = fmt::format(
        "[directory.corp]\ntype = \"ldap\"\nurl = \"{}\"\nbase-dn = \"{}\"\ntimeout = \"2s\"\n"
        "filter.name = \"(&(objectClass=inetOrgPerson)(|(uid=?)(mail=?)))\"\n"
        "bind.dn = \"{}\"\nbind.secret = \"{}\"\nbind.auth.method = \"lookup\"\n{}",
        slapd.url(), Slapd::base(), Slapd::service_dn(), password, more);
    return replaced(directory_settings("corp", lines), "[log]\n", "[log]\nlevel = \"debug\"\n");
}

TEST(Catalogue, EntriesThatAreNoAnswer) {
    const Slapd slapd({.log = "none"});
    const Gateway gateway(ldap_settings(slapd, "group.nested = \"walk\"\ngroup.limit = 2\n"));
    EXPECT_EQ(auth(gateway, "twins@example.org", "first twin"), 454);
    EXPECT_TRUE(logs(gateway, "directory.ambiguous"));
    EXPECT_TRUE(logs(gateway, "directory.step"));
    EXPECT_EQ(auth(gateway, "jane", jane_password), 454) << "more groups than may be";
    EXPECT_TRUE(logs(gateway, "directory.odd-entry"));
    EXPECT_TRUE(logs(gateway, "auth.unavailable"));
    EXPECT_TRUE(shows(gateway,
                      "postern_auth_total{directory=\"corp\",outcome=\"unavailable\","
                      "reason=\"question\",source=\"\"}"));
}

bool counts_rejected(const Gateway& gateway, const std::string& reason) {
    return shows(gateway, "postern_auth_total{directory=\"corp\",outcome=\"rejected\",reason=\"" +
                              reason + "\",source=\"directory\"}");
}

TEST(Catalogue, AHashThatNobodyCanCheck) {
    Slapd slapd({.log = "none"});
    slapd.modify(
        "dn: uid=joe,ou=people,dc=example,dc=org\nchangetype: modify\nreplace: userPassword\n"
        "userPassword: {ROT13}onggrel fgncyr\n");
    auto settings = replaced(ldap_settings(slapd, "", "verifier secret"), Slapd::service_dn(),
                             "cn=verifier,ou=services,dc=example,dc=org");
    settings = replaced(settings, "method = \"lookup\"", "method = \"default\"");
    const Gateway gateway(settings);
    EXPECT_EQ(auth(gateway, "joe", joe_password), 454);
    EXPECT_TRUE(logs(gateway, "directory.hash-refused"));
    EXPECT_EQ(auth(gateway, "nopass", "anything"), 535);
    EXPECT_TRUE(counts_rejected(gateway, "not_permitted"));
}

TEST(Catalogue, ReasonsForANo) {
    const Slapd slapd({.policy = true, .log = "none"});
    const Gateway gateway(ldap_settings(slapd, ""));
    EXPECT_EQ(auth(gateway, "erin", "too old"), 535);
    EXPECT_TRUE(counts_rejected(gateway, "expired"));
    EXPECT_EQ(auth(gateway, "paul", paul_password), 535);
    EXPECT_TRUE(counts_rejected(gateway, "locked"));
}

TEST(Catalogue, AServiceAccountThatIsRefused) {
    const Slapd slapd({.log = "none"});
    const Gateway gateway(ldap_settings(slapd, "", "the old secret"));
    EXPECT_EQ(auth(gateway, "jane", jane_password), 454);
    EXPECT_TRUE(logs(gateway, "directory.service-refused"));
}

TEST(Catalogue, AnAccountThatCannotBeLookedAt) {
    Slapd slapd({.log = "none"});
    const Gateway gateway(
        ldap_settings(slapd, "cache = { check = \"attribute\", local = \"0s\" }\n"));
    EXPECT_EQ(auth(gateway, "jane", jane_password), 235);
    slapd.stop();
    EXPECT_EQ(auth(gateway, "jane", jane_password), 235);
    EXPECT_TRUE(logs(gateway, "cache.unchecked"));
}

// Its figures while it says nothing, and behind that.
TEST(Catalogue, ADirectoryThatSaysNothing) {
    Slapd slapd({.log = "none"});
    const Gateway gateway(ldap_settings(
        slapd,
        "concurrency = 2\ncache = { entries = 2, ttl = { positive = \"1s\", stale = \"1d\" } }\n"));
    EXPECT_EQ(auth(gateway, "jane", jane_password), 235);
    slapd.suspend();
    {
        WaitingLogins logins(gateway);
        for (const auto* login : {"joe", "joe", "paul", "nobody", "somebody", "anybody"})
            logins.add(login);
        EXPECT_TRUE(
            shows(gateway, "postern_directory_questions{directory=\"corp\",state=\"inside\"}"));
        EXPECT_TRUE(
            shows(gateway, "postern_directory_questions{directory=\"corp\",state=\"waiting\"}"));
        EXPECT_TRUE(shows(gateway, "postern_directory_questions_joined_total{directory=\"corp\"}"));
    }
    EXPECT_TRUE(eventually([&] {
        auth(gateway, "joe", "anything");
        return gateway.metric("postern_directory_breaker_open{directory=\"corp\"}") > 0;
    }));
    EXPECT_TRUE(logs(gateway, "directory.breaker-open"));
    EXPECT_EQ(auth(gateway, "jane", jane_password), 235);
    EXPECT_TRUE(logs(gateway, "cache.stale"));
    EXPECT_TRUE(shows(gateway, "postern_cache_stale_total{directory=\"corp\"}"));

    slapd.resume();
    for (const auto* login : {"who", "whose", "whom"})
        EXPECT_TRUE(eventually([&] { return auth(gateway, login, "anything") == 535; })) << login;
    EXPECT_EQ(auth(gateway, "whom", "anything"), 535);
    for (const auto* name : {"postern_cache_evicted_total{directory=\"corp\"}",
                             "postern_cache_answers_total{directory=\"corp\",answer=\"unknown\"}",
                             "postern_cache_entries{directory=\"corp\",kind=\"unknown\"}"})
        EXPECT_TRUE(shows(gateway, name)) << name;
}

TEST(Catalogue, AMailServerThatIsAskedTooMuch) {
    const ScriptedRemote server([](const std::string& line) {
        return line.empty() ? RemoteReply{"421 4.7.0 Error: too many connections\r\n", true}
                            : RemoteReply{"", true};
    });
    const Gateway gateway(directory_settings(
        "mail", "[directory.mail]\ntype = \"smtp\"\naddress = \"" + server.address() +
                    "\"\ndomains = [\"*\"]\ntls.starttls = \"never\"\n"));
    EXPECT_EQ(auth(gateway, "jane", jane_password), 454);
    EXPECT_TRUE(logs(gateway, "directory.slowed"));
}

TEST(Catalogue, ARedisThatRefusesUs) {
    const RedisServer redis({.password = "of-our-own-Redis"});
    const Gateway gateway(replaced(
        directory_settings(
            "people",
            "[cache]\nkey = \"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU=\"\n"
            "[redis.shared]\nurl = \"" +
                redis.url() +
                "\"\npassword = \"an old password\"\n[directory.people]\ntype = \"memory\"\n"
                "cache.redis = \"shared\"\n[[directory.people.principals]]\n"
                "name = \"jane\"\nsecret = \"correct horse\"\n"
                "email = [\"jane@example.org\"]\n"),
        "[server]\n", "[server]\ncontrol = \"${directory}/control\"\n"));
    EXPECT_TRUE(logs(gateway, "cache.redis-refused"));
    EXPECT_EQ(auth(gateway, "jane", jane_password), 235);
    // Whoever logs in does not wait for it; who wants a flush asks.
    EXPECT_EQ(gateway.command({"cache", "flush", "jane"}).status, 75);
    EXPECT_TRUE(shows(gateway, "postern_redis_unanswered_total{redis=\"shared\",why=\"down\"}"));
}

// What is about logins that somebody has made up stays with this gateway, beyond what Redis has
// room for.
TEST(Catalogue, MoreInventedLoginsThanRedisIsToldOf) {
    constexpr std::size_t told = 5'000, counters_of_a_login = 2, sessions = 510, attempts = 10;
    static_assert(sessions * attempts / 2 * counters_of_a_login > told);
    const RedisServer redis;
    const Gateway gateway(replaced(
        directory_settings("people",
                           "[session.limits]\nconnections-per-network = 1000\n"
                           "[cache]\nkey = \"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU=\"\n"
                           "[redis.shared]\nurl = \"" +
                               redis.url() +
                               "\"\n[directory.people]\ntype = \"memory\"\nqueue = 1000\n"
                               "[[directory.people.principals]]\nname = \"jane\"\n"
                               "secret = \"correct horse\"\nemail = [\"jane@example.org\"]\n"),
        "errors.wait = \"100ms\"\n",
        "errors.wait = \"0s\"\nerrors.total = 1000\nattempts = 1000\n"
        "limits = { login = 1000, pair = 1000, redis = \"shared\" }\n"));
    std::vector<SmtpClient> clients;
    for (std::size_t i = 0; i < sessions; ++i)
        clients.emplace_back(gateway.client()).greet();
    // Refusals come at full seconds: all sessions wait for theirs together.
    for (std::size_t attempt = 0; attempt < attempts; ++attempt) {
        const auto* password = attempt % 2 == 0 ? "a first guess" : "a second guess";
        for (std::size_t i = 0; i < sessions; ++i) {
            const auto login = fmt::format("invented{}-{}", i, attempt / 2);
            clients.at(i).send("AUTH PLAIN " + plain_response(login, password) + "\r\n");
        }
        for (auto& client : clients)
            ASSERT_EQ(client.read_reply().code, 535);
    }
    EXPECT_TRUE(shows(gateway, "postern_redis_kept_total{redis=\"shared\"}"));
}

TEST(Catalogue, ANextHopThatIsNotSetUpForUs) {
    const ScriptedRemote server([](const std::string& line) {
        if (line.empty()) return RemoteReply{"220 mx.example.org ESMTP\r\n"};
        if (line.starts_with("EHLO")) return RemoteReply{"250 mx.example.org\r\n"};
        return RemoteReply{"530 5.7.0 Authentication required\r\n"};
    });
    const Gateway gateway(relay_settings(), {{"next-hop", server.address()}});
    auto client = gateway.authenticated_client();
    EXPECT_EQ(client.command("MAIL FROM:<jane@example.org>").code, 451);
    EXPECT_TRUE(logs(gateway, "next-hop.misconfigured"));
}

TEST(Catalogue, EveryVersionOfTls) {
    const Gateway gateway(replaced(maildir_settings(), "tls.implicit = true\n",
                                   "tls.implicit = true\ntls.min-version = \"1.0\"\n"));
    const auto address = "127.0.0.1:" + std::to_string(gateway.port("submissions"));
    for (const auto& [option, name] : {std::pair{"-tls1", "TLSv1"},
                                       {"-tls1_1", "TLSv1.1"},
                                       {"-tls1_2", "TLSv1.2"},
                                       {"-tls1_3", "TLSv1.3"}}) {
        const auto client = run({.arguments = {"openssl", "s_client", "-quiet", "-connect", address,
                                               "-cipher", "DEFAULT@SECLEVEL=0", option},
                                 .environment = {},
                                 .input = "QUIT\r\n"});
        EXPECT_TRUE(
            shows(gateway, fmt::format("postern_tls_handshakes_total{{version=\"{}\"}}", name)))
            << client.errors;
    }
}

TEST(Catalogue, AConnectionToTheNextHop) {
    Site site(Behind::postfix);
    auto client = site.gateway().authenticated_client();
    ASSERT_EQ(client.command("MAIL FROM:<jane@example.org>").code, 250);
    EXPECT_TRUE(shows(site.gateway(), "postern_next_hop_connections{next_hop=\"mta\"}"));
    EXPECT_TRUE(shows(site.gateway(), "postern_next_hop_up{next_hop=\"mta\"}"));
    EXPECT_TRUE(shows(site.gateway(), "postern_sessions"));
    client.command("QUIT");
}

// One thread of a process, which stands still until the end.
class StoppedThread {
 public:
    explicit StoppedThread(pid_t thread) : thread_(thread) {
        if (::ptrace(PTRACE_SEIZE, thread_, nullptr, nullptr) != 0 ||
            ::ptrace(PTRACE_INTERRUPT, thread_, nullptr, nullptr) != 0 ||
            ::waitpid(thread_, nullptr, __WALL) != thread_)
            throw std::system_error(errno, std::generic_category(), "ptrace");
    }
    ~StoppedThread() { ::ptrace(PTRACE_DETACH, thread_, nullptr, nullptr); }
    StoppedThread(const StoppedThread&) = delete;
    StoppedThread& operator=(const StoppedThread&) = delete;

 private:
    pid_t thread_;
};

pid_t thread_of(pid_t process, const std::string& name) {
    for (const auto& each :
         std::filesystem::directory_iterator(fmt::format("/proc/{}/task", process)))
        if (read_file(each.path() / "comm") == name + "\n")
            return std::stoi(each.path().filename().string());
    throw std::runtime_error("no thread is called " + name);
}

TEST(Catalogue, ADirectoryWhoseThreadStandsStill) {
    const Gateway gateway(maildir_settings());
    {
        const StoppedThread stuck(thread_of(gateway.pid(), "people"));
        std::this_thread::sleep_for(1100ms);  // what counts as stuck
        auto client = gateway.tls_client();
        EXPECT_EQ(client.auth_plain("jane", jane_password).code, 454);
        EXPECT_TRUE(logs(gateway, "directory.stuck"));
        EXPECT_TRUE(gateway.metrics().find("postern_directory_up{directory=\"people\"} 0\n") !=
                    std::string::npos);
    }
    EXPECT_TRUE(eventually([&] {
        auto client = gateway.tls_client();
        return client.auth_plain("jane", jane_password).code == 235;
    }));
}

}  // namespace
}  // namespace postern::test
