// What becomes of what is remembered when the directory tells what changes in it.
#include "directory/cache_watch.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "directory/cached.hpp"
#include "support/captured_log.hpp"
#include "support/fake_directory.hpp"
#include "support/local_store.hpp"
#include "support/run_task.hpp"

namespace postern::directory {
namespace {

using identity::Accepted;
using identity::AuthResult;
using identity::Credentials;
using identity::Reason;
using identity::Rejected;
using test::Door;
using namespace std::chrono_literals;

// What a directory that tells changes is asked, and what it shall do; outlives it.
struct People {
    std::map<std::string, std::string> passwords{{"jane", "first"}, {"joe", "first"}};
    std::size_t questions = 0, watches = 0;
    Changes* heard_by = nullptr;  // nullptr: nobody listens
    Door answers, breaks;         // questions wait for one, who listens for the other
    bool destroyed = false;
};

class TellingDirectory final : public Directory {
 public:
    explicit TellingDirectory(std::shared_ptr<People> people) : people_(std::move(people)) {}
    ~TellingDirectory() override { people_->destroyed = true; }

    net::Task<AuthResult> authenticate(const Credentials& asked) override {
        ++people_->questions;
        const auto name = asked.login.text();
        const bool is_right = people_->passwords[name] == asked.password.reveal();
        co_await people_->answers.pass();
        if (!is_right) co_return Rejected{Reason::bad_credentials, name};
        co_return Accepted{{.name = name}};
    }
    net::Task<identity::LookupResult> lookup(const identity::Login&) override {
        co_return identity::Unavailable();
    }
    Capabilities capabilities() const override { return {.tells_changes = true}; }
    net::Task<> watch(Changes& changes) override {
        const std::shared_ptr<void> at_end(nullptr, [this](void*) { people_->heard_by = nullptr; });
        ++people_->watches;
        people_->heard_by = &changes;
        changes.begun();
        co_await people_->breaks.pass();
        throw std::runtime_error("the line is cut");
    }

 private:
    std::shared_ptr<People> people_;
};

class CacheWatchTest : public testing::Test {
 protected:
    CacheWatchTest() {
        people->answers.open();
        auto store = test::local_store(cache::StoreSettings(), log, io.get_executor());
        cached =
            std::make_unique<Cached>(std::make_unique<TellingDirectory>(people), std::move(store),
                                     log, "people", Invalidation{.watches = true});
        hear();
    }
    void hear() {
        test::run_until(io, [this] { return people->heard_by != nullptr; });
    }
    std::string ask(const std::string& login, const std::string& password) {
        const auto question = test::credentials(login, password);
        return words(test::run_task(io, cached->authenticate(question)));
    }
    static std::string words(const AuthResult& answer) {
        if (const auto* accepted = std::get_if<Accepted>(&answer))
            return fmt::format("accepted by {}", to_string(accepted->source));
        return fmt::format("refused by {}", to_string(std::get<Rejected>(answer).source));
    }
    void learn() {
        for (const auto* login : {"jane", "joe"}) {
            ask(login, "first");
            ASSERT_EQ(ask(login, "first"), "accepted by cache");
            people->passwords[login] = "second";
        }
    }

    asio::io_context io{1};
    test::CapturedLog log;
    std::shared_ptr<People> people = std::make_shared<People>();
    std::unique_ptr<Cached> cached;
};

TEST_F(CacheWatchTest, AnAccountThatHasChangedIsForgottenAndNoOther) {
    learn();
    people->heard_by->account_changed("jane");
    EXPECT_EQ(ask("jane", "first"), "refused by directory");
    EXPECT_EQ(ask("jane", "second"), "accepted by directory");
    EXPECT_EQ(ask("jane", "second"), "accepted by cache") << "it is remembered as ever";
    EXPECT_EQ(ask("joe", "first"), "accepted by cache");
}

TEST_F(CacheWatchTest, EverybodyIsForgottenWhenItMayBeAnybody) {
    learn();
    people->heard_by->everything_changed();
    EXPECT_EQ(ask("jane", "first"), "refused by directory");
    EXPECT_EQ(ask("joe", "first"), "refused by directory");
}

TEST_F(CacheWatchTest, AnAnswerThatWasUnderWayIsNotLearned) {
    people->answers = Door();
    const auto question = test::credentials("jane", "first");
    test::Running<AuthResult> asked(io, cached->authenticate(question));
    test::run_until(io, [this] { return people->questions == 1; });
    people->passwords["jane"] = "second";
    people->heard_by->account_changed("jane");
    people->answers.open();
    test::run_until(io, [&] { return asked.done(); });
    EXPECT_EQ(words(asked.value()), "accepted by directory");
    EXPECT_EQ(ask("jane", "first"), "refused by directory");
}

TEST_F(CacheWatchTest, WhenItIsHeardAgainNothingOfBeforeIsBelieved) {
    learn();
    people->breaks.let_pass();
    test::run_until(io, [this] { return log.contains("cache.deaf"); });
    EXPECT_TRUE(log.contains("why=\"the line is cut\"")) << log.text();
    EXPECT_EQ(people->heard_by, nullptr);
    EXPECT_EQ(ask("jane", "first"), "accepted by cache") << "until then";
    hear();
    EXPECT_EQ(people->watches, 2U);
    EXPECT_EQ(ask("jane", "first"), "refused by directory");
    EXPECT_EQ(ask("joe", "first"), "refused by directory");
    EXPECT_EQ(ask("jane", "second"), "accepted by directory");
    EXPECT_EQ(ask("jane", "second"), "accepted by cache");
}

TEST_F(CacheWatchTest, EndsWithTheCacheWhileItListens) {
    learn();
    people->heard_by->account_changed("jane");
    cached.reset();
    test::run_until(io, [this] { return people->destroyed; });
    EXPECT_EQ(people->heard_by, nullptr);
    EXPECT_EQ(people->watches, 1U);
}

TEST_F(CacheWatchTest, EndsWithTheCacheWhileItWaitsForTheNextTry) {
    people->breaks.let_pass();
    test::run_until(io, [this] { return log.contains("cache.deaf"); });
    cached.reset();
    test::run_until(io, [this] { return people->destroyed; });
    EXPECT_EQ(people->watches, 1U);
}

// As when the program ends before a directory has had its last moment.
TEST_F(CacheWatchTest, MayBeLeftListeningWhenItsThreadEnds) {
    auto last = std::make_unique<asio::io_context>(1);
    auto store = test::local_store(cache::StoreSettings(), log, last->get_executor());
    auto others = std::make_shared<People>();
    auto watched =
        std::make_unique<Cached>(std::make_unique<TellingDirectory>(others), std::move(store), log,
                                 "people", Invalidation{.watches = true});
    test::run_until(*last, [&] { return others->heard_by != nullptr; });
    watched.reset();
    EXPECT_FALSE(others->destroyed);
    last.reset();
    EXPECT_TRUE(others->destroyed);
}

}  // namespace
}  // namespace postern::directory
