#include "directory/password_check.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fake_directory.hpp"
#include "support/pool_blocker.hpp"
#include "support/run_task.hpp"

namespace postern::directory {
namespace {

using testing::HasSubstr;
using testing::Not;

class CapturedLog final : public observe::Log {
 public:
    std::string text;

 private:
    void line(observe::Level, const std::string& each) override { text += each + "\n"; }
};

std::string in_words(const identity::Unavailable& answer) {
    return fmt::format("unavailable {}: {}", identity::to_string(answer.scope), answer.why);
}
std::string in_words(const PasswordCheck::Proved& answer) {
    return fmt::format("proved by {}{}", answer.which, answer.is_outdated ? ", outdated" : "");
}
std::string in_words(identity::Reason answer) {
    return identity::to_string(answer);
}

std::string argon2(std::string_view password, const crypto::HashCost& cost = {64, 1, 1}) {
    return crypto::hash_password(crypto::Secret(password), cost);
}

class PasswordCheckTest : public testing::Test {
 protected:
    std::string ask(const std::vector<std::string>& stored, std::string_view password) {
        auto question = test::credentials("jane", password);
        std::vector<crypto::Secret> secrets;
        for (const auto& form : stored)
            secrets.emplace_back(form);
        const auto verdict = test::run_task(io, check.check("jane", std::move(secrets), question));
        return std::visit([](const auto& answer) { return in_words(answer); }, verdict);
    }

    boost::asio::io_context io{1};
    CapturedLog log;
    crypto::HashPool pool{{.threads = 1, .queue = 1, .memory = 1 << 20}};
    crypto::HashLimits limits{.memory_kib = 1024};
    PasswordCheck check{{io, pool, limits, {64, 1, 1}, log, "people"}, limits};
};

TEST_F(PasswordCheckTest, SaysWhichFormFitsAndWhetherItIsOutdated) {
    const std::vector<std::string> stored{argon2("first"), "second",
                                          "{SSHA}ibrzfaXRhfTT5dY9kdGSR9rj8cWJdUTd",
                                          argon2("fourth", {32, 1, 1})};
    EXPECT_EQ(ask(stored, "first"), "proved by 0");
    EXPECT_EQ(ask(stored, "second"), "proved by 1, outdated");
    EXPECT_EQ(ask(stored, "secret"), "proved by 2, outdated");
    EXPECT_EQ(ask(stored, "fourth"), "proved by 3, outdated");
    EXPECT_EQ(ask(stored, "fifth"), "bad_credentials");
    EXPECT_EQ(ask({}, "first"), "not_permitted");
    EXPECT_EQ(log.text, "");
}

TEST_F(PasswordCheckTest, WhatItCannotCheckIsUnavailableAndAnEventWithoutTheHash) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"{FOO}hunter2", "unknown password scheme"},
        {"$2b$10$hunter2", "malformed password hash"},
        {"$argon2id$v=19$m=8388608,t=1,p=1$c29tZXNhbHQ$hunter2", "over the cost limits"},
        {"{MD5}hunter2", "weak scheme"},
    };
    for (const auto& [stored, why] : table) {
        log.text.clear();
        EXPECT_THAT(ask({stored}, "hunter2"), HasSubstr("unavailable question: "));
        EXPECT_THAT(log.text, HasSubstr("directory.hash-refused"));
        EXPECT_THAT(log.text, HasSubstr("account=\"jane\""));
        EXPECT_THAT(log.text, HasSubstr(why));
        EXPECT_THAT(log.text, Not(HasSubstr("hunter2")));
        EXPECT_EQ(ask({stored, "other"}, "other"), "proved by 1, outdated");
    }
}

TEST_F(PasswordCheckTest, FloodsNoLog) {
    for (int i = 0; i < 100; ++i)
        ask({"{FOO}x"}, "x");
    EXPECT_EQ(std::ranges::count(log.text, '\n'), 10);
}

TEST_F(PasswordCheckTest, TriesNoMoreFormsThanItSays) {
    std::vector<std::string> stored(PasswordCheck::most_secrets, "other");
    stored.emplace_back("ninth");
    EXPECT_THAT(ask(stored, "ninth"), HasSubstr("too many secrets"));
    EXPECT_EQ(ask(stored, "other"), "proved by 0, outdated");
}

TEST_F(PasswordCheckTest, AFullPoolIsBusyForWhoeverNeedsAHashAndForStrangers) {
    EXPECT_EQ(ask({argon2("x")}, "x"), "proved by 0");
    test::PoolBlocker blocker;
    ASSERT_TRUE(blocker.occupy(pool)) << "the first hash leaves its place a little later";
    ASSERT_TRUE(pool.submit(crypto::HashPool::Standing::known, 0, [] {}));
    EXPECT_THAT(ask({argon2("x")}, "x"), HasSubstr("unavailable busy"));
    EXPECT_THAT(ask({}, "x"), HasSubstr("unavailable busy")) << "as an account that has a hash";
    EXPECT_THAT(ask({"plain"}, "wrong"), HasSubstr("unavailable busy"));
    EXPECT_EQ(ask({"plain"}, "plain"), "proved by 0, outdated");
}

}  // namespace
}  // namespace postern::directory
