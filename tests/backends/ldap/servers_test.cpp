#include "ldap/servers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "support/run_task.hpp"

namespace postern::ldap {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class QuietLog final : public observe::Log {};

// A name server that says what the test wants.
class Dns {
 public:
    void says(std::vector<net::SrvRecord> records) {
        const std::lock_guard lock(mutex_);
        records_ = std::move(records);
    }
    Servers::Lookup lookup() {
        return [this](const std::string& name) {
            EXPECT_EQ(name, "_ldap._tcp.example.org");
            const std::lock_guard lock(mutex_);
            ++asked_;
            return records_;
        };
    }
    int asked() const {
        const std::lock_guard lock(mutex_);
        return asked_;
    }

 private:
    mutable std::mutex mutex_;
    std::vector<net::SrvRecord> records_;
    int asked_ = 0;
};

class ServersTest : public testing::Test {
 protected:
    ~ServersTest() override {
        if (!servers) return;
        servers->close();
        test::run_ready(io);
    }
    void start(Settings settings) {
        servers = std::make_shared<Servers>(std::make_shared<const Settings>(std::move(settings)),
                                            "corp", log, io.get_executor(), dns.lookup());
        servers->start();
    }
    std::vector<std::string> names() {
        std::vector<std::string> names;
        for (const auto& server : test::run_task(io, servers->candidates()))
            names.push_back(server->address().text());
        return names;
    }

    QuietLog log;
    Dns dns;
    net::asio::io_context io{1};
    std::shared_ptr<Servers> servers;
};

Settings found_by_dns() {
    Settings settings;
    settings.srv = "_ldap._tcp.example.org";
    return settings;
}

TEST_F(ServersTest, AreThoseOfTheSettings) {
    Settings settings;
    settings.servers = {*parse_server_address("ldap://127.0.0.1:1"),
                        *parse_server_address("ldap://127.0.0.1:2")};
    start(std::move(settings));
    EXPECT_THAT(names(), ElementsAre("ldap://127.0.0.1:1", "ldap://127.0.0.1:2"));
    EXPECT_THAT(names(), ElementsAre("ldap://127.0.0.1:1", "ldap://127.0.0.1:2"));
}

TEST_F(ServersTest, TakeTurnsWhenTheyShould) {
    Settings settings;
    settings.round_robin = true;
    settings.servers = {*parse_server_address("ldap://127.0.0.1:1"),
                        *parse_server_address("ldap://127.0.0.1:2")};
    start(std::move(settings));
    EXPECT_EQ(names().front(), "ldap://127.0.0.1:1");
    EXPECT_EQ(names().front(), "ldap://127.0.0.1:2");
    EXPECT_EQ(names().front(), "ldap://127.0.0.1:1");
}

TEST_F(ServersTest, AreThoseThatTheDnsHas) {
    dns.says({{20, 0, {"127.0.0.2", 389}}, {10, 0, {"127.0.0.1", 3890}}});
    start(found_by_dns());
    EXPECT_THAT(names(), ElementsAre("ldap://127.0.0.1:3890", "ldap://127.0.0.2:389"));
}

TEST_F(ServersTest, AreNoneWhenTheDnsHasNone) {
    start(found_by_dns());
    EXPECT_THAT(names(), IsEmpty());
    dns.says({{10, 0, {"127.0.0.1", 389}}});
    test::run_until(io, [&] { return dns.asked() > 1; });
    test::run_ready(io);
    EXPECT_THAT(names(), ElementsAre("ldap://127.0.0.1:389")) << "it is asked again soon";
}

}  // namespace
}  // namespace postern::ldap
