#include "session/auth_limits.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "crypto/random.hpp"
#include "support/fake_directory.hpp"
#include "support/run_task.hpp"

namespace postern::session {
namespace {

namespace asio = net::asio;

using identity::Accepted;
using identity::AuthResult;
using identity::Reason;
using identity::Rejected;
using identity::Scope;
using identity::Unavailable;
using test::Running;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

const AuthResult wrong = Rejected{Reason::bad_credentials, "Jane"};
const AuthResult nobody = Rejected{Reason::unknown_user, ""};
const AuthResult right = Accepted{{.name = "Jane"}};

class AuthLimitsTest : public testing::Test {
 protected:
    AuthLimits& build(std::array<std::uint64_t, 3> failures,
                      std::chrono::milliseconds window = 10min) {
        AuthLimitSettings settings;
        settings.failures = failures;
        settings.window = window;
        settings.trusted = {expr::IpNetwork::parse("10.0.0.0/8").value()};
        limits = std::make_shared<AuthLimits>(settings, io, local, [this] {
            const crypto::Secret key(crypto::random_octets(cache::Keys::key_size));
            return std::make_shared<cache::Counters>(cache::Keys(key, "test", ""), "limit", nullptr,
                                                     io.get_executor(), local);
        });
        limits->start();
        return *limits;
    }
    net::Task<AuthLimits::Admission> admit(std::string address, std::string login) {
        const auto credentials = test::credentials(login, "secret", address);
        co_return co_await limits->admit(address, credentials);
    }
    // By which limit; "" when the directory would have been asked, and has said that.
    std::string attempt(const AuthResult& verdict, const std::string& address = "192.0.2.1",
                        const std::string& login = "jane") {
        auto admission = test::run_task(io, admit(address, login));
        if (admission.refused) return to_string(*admission.refused);
        admission.attempt.conclude(verdict);
        admission = {};
        test::run_ready(io);
        return "";
    }
    void fail(int times, const std::string& address = "192.0.2.1",
              const std::string& login = "jane") {
        for (int i = 0; i < times; ++i)
            EXPECT_EQ(attempt(wrong, address, login), "") << i;
    }
    std::vector<std::string> held() const {
        std::vector<std::string> all;
        for (const auto& each : limits->held())
            all.push_back(fmt::format("{} {} {} {}", to_string(each.kind), each.network, each.login,
                                      each.failures));
        return all;
    }
    bool clear(std::optional<std::string> network, const std::string& login = "") {
        std::optional<identity::Login> whose;
        if (!login.empty()) whose = test::login(login);
        return test::run_task(io, limits->clear(std::move(network), std::move(whose)));
    }

    asio::io_context io{1};
    std::shared_ptr<cache::LocalCounters> local = std::make_shared<cache::LocalCounters>(1000);
    std::shared_ptr<AuthLimits> limits;
};

TEST_F(AuthLimitsTest, ANetworkHasSoManyFailuresWhateverTheLogins) {
    build({3, 0, 0});
    for (const char* login : {"a", "b", "c"})
        EXPECT_EQ(attempt(nobody, "192.0.2.1", login), "");
    EXPECT_EQ(attempt(right, "192.0.2.1", "d"), "network");
    EXPECT_EQ(attempt(right, "192.0.2.2", "d"), "");
    EXPECT_EQ(limits->refused(LimitKind::network), 1u);
    EXPECT_EQ(limits->refused(LimitKind::login), 0u);
}

TEST_F(AuthLimitsTest, ALoginHasSoManyFailuresWhereverFrom) {
    build({0, 3, 0});
    for (const char* address : {"192.0.2.1", "192.0.2.2", "192.0.2.3"})
        fail(1, address);
    EXPECT_EQ(attempt(right, "192.0.2.4"), "login");
    EXPECT_EQ(attempt(right, "192.0.2.1", "joe"), "");
    EXPECT_EQ(attempt(right, "192.0.2.5", "JANE"), "login") << "the same login";
}

TEST_F(AuthLimitsTest, ALoginFromANetworkHasSoManyFailures) {
    build({0, 0, 2});
    fail(2);
    EXPECT_EQ(attempt(right), "pair");
    EXPECT_EQ(attempt(right, "192.0.2.2"), "");
    EXPECT_EQ(attempt(right, "192.0.2.1", "joe"), "");
}

TEST_F(AuthLimitsTest, ASuccessClearsThePairAndNotTheNetwork) {
    build({5, 0, 2});
    for (int round = 0; round < 4; ++round) {
        fail(1);
        EXPECT_EQ(attempt(right), "");
    }
    fail(1);
    EXPECT_EQ(attempt(right), "network") << "five failures, whoever has succeeded meanwhile";
}

TEST_F(AuthLimitsTest, ASuccessDoesNotClearTheLogin) {
    build({0, 3, 0});
    fail(2);
    EXPECT_EQ(attempt(right), "");
    fail(1);
    EXPECT_EQ(attempt(right), "login");
}

TEST_F(AuthLimitsTest, OnlyARefusalOfTheCredentialsCounts) {
    build({1, 1, 1});
    for (const AuthResult& other :
         {AuthResult(Unavailable{Scope::directory, "down"}),
          AuthResult(Unavailable{Scope::held, "guard"}), AuthResult(Unavailable{Scope::busy, ""}),
          AuthResult(Rejected{Reason::disabled, "Jane"}),
          AuthResult(Rejected{Reason::expired, "Jane"}), right})
        EXPECT_EQ(attempt(other), "");
    for (const auto reason :
         {Reason::bad_credentials, Reason::unknown_user, Reason::locked, Reason::not_permitted}) {
        const auto login = fmt::format("login{}", static_cast<int>(reason));
        const auto address = fmt::format("192.0.2.{}", 10 + static_cast<int>(reason));
        EXPECT_EQ(attempt(Rejected{reason, ""}, address, login), "");
        EXPECT_EQ(attempt(right, address, login), "network") << to_string(reason);
    }
}

TEST_F(AuthLimitsTest, TrustedNetworksAreNeitherCountedNorRefused) {
    build({2, 2, 2});
    fail(20, "10.1.2.3");
    EXPECT_EQ(attempt(right, "192.0.2.1"), "") << "nor are their logins counted";
    fail(2, "192.0.2.1");
    EXPECT_EQ(attempt(right, "10.1.2.3"), "") << "the login is at its limit elsewhere";
    EXPECT_EQ(attempt(right, "192.0.2.9"), "login");
}

TEST_F(AuthLimitsTest, EveryFailureBeginsTheWindowAnew) {
    build({0, 0, 2}, 80ms);
    fail(1);
    test::run_task(io, net::sleep_for(50ms));
    fail(1);
    test::run_task(io, net::sleep_for(50ms));
    EXPECT_EQ(attempt(right), "pair");
    test::run_task(io, net::sleep_for(50ms));
    EXPECT_EQ(attempt(right), "") << "a refused attempt is no failure";
}

TEST_F(AuthLimitsTest, AFloodAtTheSameTimeDoesNotSlipPast) {
    for (const auto& failures :
         {std::array<std::uint64_t, 3>{4, 0, 0}, {0, 4, 0}, {0, 0, 4}, {4, 4, 4}, {9, 7, 4}}) {
        local = std::make_shared<cache::LocalCounters>(1000);
        build(failures);
        std::vector<std::unique_ptr<Running<AuthLimits::Admission>>> flood;
        for (int i = 0; i < 200; ++i)
            flood.push_back(
                std::make_unique<Running<AuthLimits::Admission>>(io, admit("192.0.2.1", "jane")));
        int admitted = 0, refused = 0;
        // Each that is let through fails, the next ones hear of it.
        test::run_until(io, [&] {
            for (auto each = flood.begin(); each != flood.end();) {
                if (!(*each)->done()) {
                    ++each;
                    continue;
                }
                auto admission = (*each)->value();
                ++(admission.refused ? refused : admitted);
                admission.attempt.conclude(wrong);
                each = flood.erase(each);
            }
            return flood.empty();
        });
        EXPECT_EQ(admitted, 4);
        EXPECT_EQ(refused, 196);
    }
}

TEST_F(AuthLimitsTest, ManyAtTheSameTimeWithTheRightPasswordAllPass) {
    build({4, 4, 4});
    fail(2);
    std::vector<std::unique_ptr<Running<AuthLimits::Admission>>> all;
    for (int i = 0; i < 50; ++i)
        all.push_back(
            std::make_unique<Running<AuthLimits::Admission>>(io, admit("192.0.2.1", "jane")));
    test::run_ready(io);
    EXPECT_EQ(std::ranges::count_if(all, [](const auto& each) { return each->done(); }), 2);
    int refused = 0;
    test::run_until(io, [&] {
        std::erase_if(all, [&](const auto& each) {
            if (!each->done()) return false;
            auto admission = each->value();
            if (admission.refused) ++refused;
            admission.attempt.conclude(right);
            return true;
        });
        return all.empty();
    });
    EXPECT_EQ(refused, 0);
}

TEST_F(AuthLimitsTest, WhoeverLeavesWithoutAVerdictMakesRoom) {
    build({1, 0, 0});
    auto first = test::run_task(io, admit("192.0.2.1", "jane"));
    Running<AuthLimits::Admission> leaving(io, admit("192.0.2.1", "joe"));
    Running<AuthLimits::Admission> waiting(io, admit("192.0.2.1", "joe"));
    test::run_ready(io);
    EXPECT_FALSE(leaving.done());
    leaving.cancel();
    test::run_until(io, [&] { return leaving.done(); });
    EXPECT_THROW(leaving.value(), boost::system::system_error);
    first = {};
    test::run_until(io, [&] { return waiting.done(); });
    EXPECT_FALSE(waiting.value().refused);
}

TEST_F(AuthLimitsTest, CountsOutliveTheSettings) {
    build({0, 0, 2});
    fail(2);
    build({0, 0, 3});
    fail(1);
    EXPECT_EQ(attempt(right), "pair");
}

TEST_F(AuthLimitsTest, TellsWhatIsAtItsLimit) {
    build({3, 9, 2});
    EXPECT_THAT(held(), IsEmpty());
    fail(2);
    EXPECT_THAT(held(), ElementsAre("pair 192.0.2.1 jane 2"));
    attempt(nobody, "192.0.2.1", "hunter2 my password");
    EXPECT_THAT(held(), ElementsAre("network 192.0.2.1  3", "pair 192.0.2.1 jane 2"));
    const auto left = limits->held().front().left;
    EXPECT_GT(left, 9min);
    EXPECT_LE(left, 10min);
}

TEST_F(AuthLimitsTest, DoesNotTellALoginThatMayBeAPassword) {
    build({0, 1, 0});
    attempt(nobody, "192.0.2.1", "hunter2");
    attempt(nobody, "192.0.2.1", "joe@example.org");
    EXPECT_THAT(held(), ElementsAre("login  joe@example.org 1",
                                    "login  unknown(hun..., sha256:f52fbd32) 1"));
}

TEST_F(AuthLimitsTest, WhatIsClearedBeginsAnew) {
    build({9, 3, 2});
    fail(2);
    fail(1, "192.0.2.2");
    fail(2, "192.0.2.2", "joe");
    ASSERT_EQ(attempt(right, "192.0.2.1"), "login");
    EXPECT_TRUE(clear(std::nullopt, "Jane"));
    EXPECT_EQ(attempt(right, "192.0.2.1"), "") << "and her pairs";
    EXPECT_EQ(attempt(right, "192.0.2.2", "joe"), "pair");
    EXPECT_TRUE(clear("192.0.2.2"));
    EXPECT_EQ(attempt(right, "192.0.2.2", "joe"), "");
    fail(2, "192.0.2.3");
    EXPECT_TRUE(clear(std::nullopt));
    EXPECT_EQ(attempt(right, "192.0.2.3"), "");
    EXPECT_THAT(held(), IsEmpty());
}

}  // namespace
}  // namespace postern::session
