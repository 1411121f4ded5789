#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "directory/cached.hpp"
#include "support/captured_log.hpp"
#include "support/fake_directory.hpp"
#include "support/local_store.hpp"
#include "support/run_task.hpp"

namespace postern::directory {

using identity::Accepted;
using identity::AuthResult;
using identity::Credentials;
using identity::Reason;
using identity::Rejected;
using identity::Scope;
using identity::Unavailable;
using test::FakeDirectory;
using namespace std::chrono_literals;

// A directory that the test changes, with a cache around it, at a time that the test sets. "Jane"
// has several spellings.
class CachedTest : public testing::Test {
 protected:
    CachedTest() { build(); }

    void build() {
        auto inner = std::make_unique<FakeDirectory>(
            [this](const Credentials& asked) { return answered(answer(asked)); },
            [this](const identity::Login& login) { return found(find(login)); });
        inner->set_check([this](const std::string& of) { return compared(of); });
        record = inner->record();
        auto store = store_here();
        cached = std::make_unique<Cached>(std::move(inner), std::move(store), log, "people",
                                          Invalidation{.checks = checks});
    }

    std::shared_ptr<cache::Store> store_here() {
        return test::local_store(settings, log, io.get_executor(), [this] { return now; });
    }

    AuthResult answer(const Credentials& asked) const {
        if (unavailable) return *unavailable;
        const auto spelling = spellings.find(asked.login.text());
        if (spelling == spellings.end()) return Rejected{Reason::unknown_user, ""};
        if (asked.password.reveal() != password)
            return Rejected{Reason::bad_credentials, names_who_it_refuses ? spelling->second : ""};
        if (refusal) return Rejected{*refusal, spelling->second};
        return Accepted{{.name = spelling->second, .addresses = {"jane@example.org"}},
                        identity::Source::directory,
                        stamp};
    }
    net::Task<StampResult> compared(std::string remembered) {
        if (door) co_await door->pass();
        if (unavailable) co_return *unavailable;
        if (fails_after_check) unavailable = Unavailable{Scope::directory, "down since then"};
        co_return remembered == stamp ? Stamp::same : Stamp::differs;
    }
    identity::LookupResult find(const identity::Login& login) const {
        if (unavailable) return *unavailable;
        const auto spelling = spellings.find(login.text());
        if (spelling == spellings.end()) return Rejected{Reason::unknown_user, ""};
        return identity::Principal{.name = spelling->second};
    }
    static net::Task<AuthResult> answered(AuthResult result) { co_return result; }
    static net::Task<identity::LookupResult> found(identity::LookupResult result) {
        co_return result;
    }

    std::string ask(const std::string& login, const std::string& typed,
                    const std::string& network = "home") {
        const auto question = test::credentials(login, typed, network);
        const auto result = test::run_task(io, cached->authenticate(question));
        if (const auto* accepted = std::get_if<Accepted>(&result)) {
            EXPECT_EQ(accepted->principal.addresses, std::vector<std::string>{"jane@example.org"});
            return fmt::format("accepted {} by {}", accepted->principal.name,
                               to_string(accepted->source));
        }
        if (const auto* rejected = std::get_if<Rejected>(&result))
            return fmt::format("{} by {}", to_string(rejected->reason),
                               to_string(rejected->source));
        return to_string(std::get<Unavailable>(result).scope);
    }
    void look_up(const std::string& login) {
        test::run_task(io, cached->lookup(test::login(login)));
    }
    void flush(const std::string& login) {
        const auto done = test::run_task(io, cached->forget(test::login(login)));
        EXPECT_TRUE(std::get<Forgotten>(done).remembers);
    }
    std::size_t questions() const { return record->asked.size(); }

    asio::io_context io{1};
    test::CapturedLog log;
    cache::StoreSettings settings{.rules = {.positive = 1h, .negative = 1min, .stale = 24h}};
    cache::Time now{std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)};
    std::map<std::string, std::string> spellings{
        {"jane", "Jane"}, {"jane@example.org", "Jane"}, {"corp\\jane", "Jane"}};
    std::string password = "first";
    bool names_who_it_refuses = true;
    bool checks = false;  // cache.check
    std::string stamp;    // of Jane
    bool fails_after_check = false;
    std::shared_ptr<test::Door> door;  // of a check
    std::optional<Reason> refusal;
    std::optional<Unavailable> unavailable;
    std::shared_ptr<const FakeDirectory::Record> record;
    std::unique_ptr<Cached> cached;
};

}  // namespace postern::directory
