#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "cache/change.hpp"
#include "cache/generations.hpp"
#include "cache/keys.hpp"
#include "cache/local.hpp"
#include "cache/login_change.hpp"
#include "cache/lost_records.hpp"
#include "cache/membership.hpp"
#include "cache/redis.hpp"
#include "cache/redis_subscription.hpp"
#include "cache/wall_clock.hpp"
#include "identity/auth_result.hpp"
#include "identity/login.hpp"
#include "net/backoff.hpp"
#include "net/task.hpp"

namespace postern::cache {

struct StoreSettings {
    std::size_t entries = 10'000;
    std::size_t bytes = std::size_t{16} * 1024 * 1024;
    Rules rules;
    std::chrono::milliseconds local = std::chrono::seconds(10);  // without a look at Redis
};

// What is remembered of one directory: notes of this process, in front of sealed records that it
// shares with other gateways when there is a Redis. On the directory's thread. Whatever is wrong
// with Redis costs its deadline once and a miss, never more, however often it is asked for one
// question; what is written goes there behind the
// back of whoever asked.
class Store : public std::enable_shared_from_this<Store> {
 public:
    struct Parts {
        KeyRing keys;
        std::unique_ptr<Redis> redis;  // nullptr: this process remembers for itself alone
        observe::Log& log;
        net::Executor executor;
        std::string directory;
        std::function<Time()> clock = wall_clock;
        // What Stores before this one could not tell Redis.
        std::shared_ptr<LostByDirectory> lost = std::make_shared<LostByDirectory>();
    };
    Store(const StoreSettings& settings, Parts parts);
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    // What is known of a login, and of its account when that is known. It comes along to where the
    // directory's answer is written down.
    struct Recall {
        std::optional<LoginRecord> login;
        std::optional<AccountRecord> account;   // of that login
        bool witnessed = false;                 // this gateway saw the account confirmed
        std::optional<AccountRecord> previous;  // of it, under the previous key; when there is no
                                                // other
        identity::Source source = identity::Source::cache;
        Time read;                  // when
        std::uint64_t epoch = 0;    // flushes of logins, and of everything, until then
        Generation login_seen = 0;  // the highest of each that was seen until then
        Generation account_seen = 0;
        std::uint64_t accounts_rose = 0;  // any account's, until then
    };
    net::Task<Recall> recall(const identity::Login& login, Redis::Wait wait = {});

    // What the directory has answered to a question that was put after `recall`.
    void write_login(const identity::Login& login, const Recall& recall, LoginChange change);
    void write_account(std::string_view account, const Recall& recall, Change change);
    // What stood under the previous key, and was right: from now on it stands under this one.
    void carry_over(const identity::Login& login, const Recall& recall,
                    const crypto::Secret& password);
    // For those changes.
    Question question_of_login(const Recall& recall) const;
    Question question_of(std::string_view account, const Recall& recall);

    // Ends every login of the account that `login` leads to, and what is known of the login, here
    // and in Redis, and tells the other gateways. False: Redis could not be reached.
    net::Task<bool> flush(const identity::Login& login);
    // The same for an account that the directory says has changed.
    net::Task<bool> flush_account(std::string_view account);
    net::Task<bool> flush_all();
    // Who has heard what was told until now, within a second. nullopt: Redis could not be reached.
    struct Heard {
        std::int64_t gateways = 0;  // this one included; 0: there is no Redis to hear it by
        std::int64_t missing = 0;   // were there lately, and have not answered
    };
    net::Task<std::optional<Heard>> confirmations();
    // The account has changed in the directory: what is remembered of it goes, in Redis later.
    void account_changed(std::string_view account);
    // Somebody has that login now: what is remembered of it goes, in Redis later when that is up.
    void login_changed(const identity::Login& login);
    // Any account may have: nothing of before is believed, in Redis as soon as it can be reached.
    void everything_changed();
    // Nobody knows what has changed in the directory until now; others may.
    void doubt_everything();

    const Keys& keys() const { return keys_.current; }
    const std::optional<Keys>& previous_keys() const { return keys_.previous; }
    const Rules& rules() const { return rules_; }
    std::chrono::milliseconds fresh_for() const { return fresh_for_; }
    Time now() const { return clock_(); }
    const net::Executor& executor() const { return executor_; }
    const Redis* redis() const { return redis_.get(); }
    Local::Counts counts() const { return local_.counts(); }

    // Hears what other gateways publish; before the first question.
    void subscribe(std::shared_ptr<const RedisSettings> settings, const std::string& name);
    // What others publish is heard; without Redis nobody does.
    bool is_heard() const { return subscription_ && subscription_->is_live(); }
    // Stops hearing; what is being written is left to itself.
    void close();

 private:
    // In place of the record that stands in Redis (nullptr: none, or none of ours).
    template <class Record>
    using Apply = std::function<Update<Record>(const Record* current)>;
    template <class Record>
    using Written = std::function<void(const Record* before, const Record& now)>;

    bool is_fresh(const identity::Login& login);
    Recall snapshot(const identity::Login& login);
    net::Task<bool> refresh(const identity::Login& login, Redis::Wait wait);
    bool take_login(const std::string& login, const std::string& name,
                    const std::optional<std::string>& sealed);
    bool take_account(const std::string& name, const std::optional<std::string>& sealed);
    template <class Record>
    std::optional<Record> open(const Keys& keys, std::string_view name, std::string_view sealed);
    net::Task<std::optional<AccountRecord>> recall_previous(const identity::Login& login,
                                                            Redis::Wait wait);
    template <class Record>
    net::Task<std::optional<Record>> get_previous(std::string name, Redis::Wait wait);
    net::Task<> forget_previous(std::string name);

    // `matters`: what stands in Redis may let somebody in who is not to be.
    template <class Record>
    void write_behind(std::string name, std::chrono::milliseconds life, Apply<Record> apply,
                      Written<Record> written, bool matters);
    static net::Task<> run_errands(std::shared_ptr<Store> store, std::string record);
    template <class Record>
    net::Task<bool> write(std::string name, std::chrono::milliseconds life, Apply<Record> apply,
                          Written<Record> written);
    Apply<AccountRecord> account_apply(Change change);
    Apply<LoginRecord> login_apply(LoginChange change);
    void account_written(const std::string& name, const AccountRecord* before,
                         const AccountRecord& written);
    bool is_last(const std::string& name) const;
    Generations& seen(const AccountRecord*) { return accounts_seen_; }
    Generations& seen(const LoginRecord*) { return logins_seen_; }
    void lose(const std::string& account_record);
    void lose_everything();
    void find_soon();
    static net::Task<> find_again(std::shared_ptr<Store> store);
    net::Task<bool> find_next();
    net::Task<bool> blank(std::string account_record);
    // While Redis is down, or refuses.
    static constexpr auto between_tries = std::chrono::milliseconds(50),
                          longest_between_tries = std::chrono::milliseconds(1000);
    net::Backoff::Duration before_next_try(net::Backoff& backoff) const;
    void spawn(net::Task<> task);

    void publish(std::string message);
    net::Task<bool> tell(std::string message);
    void hear(std::string_view message);
    void confirm(std::string_view question);
    void confirmed(std::string_view gateway, std::string_view question);
    static net::Task<> stay(std::weak_ptr<Store> weak, std::shared_ptr<net::Timer> next);
    void leave();
    void heard_nothing();
    net::Task<> read_not_before(std::uint64_t gap);
    void flushed_at(Time when);
    void forget_here();
    std::chrono::milliseconds life() const;

    KeyRing keys_;
    Rules rules_;
    std::chrono::milliseconds fresh_for_;
    Local local_;
    Generations accounts_seen_{100'000}, logins_seen_{100'000};
    std::unique_ptr<Redis> redis_;
    std::unique_ptr<RedisSubscription> subscription_;
    std::unique_ptr<Membership> membership_;
    observe::Log& log_;
    net::Executor executor_;
    std::function<Time()> clock_;
    std::string channel_, sender_;
    std::uint64_t epoch_ = 0;
    using Asked = std::unordered_set<std::string>;  // who has confirmed
    std::unordered_map<std::string, std::shared_ptr<Asked>> asked_;
    // The directory's last flush, and since when nobody knows of later ones: older answers are
    // none.
    Time flushed_, deaf_since_;
    std::uint64_t gaps_ = 0;
    struct Errand {
        std::function<net::Task<bool>()> write;
        bool matters;
    };
    // What waits to be written, by record; who is being written has its place here too.
    std::unordered_map<std::string, std::deque<Errand>> errands_;
    std::size_t writing_ = 0;
    std::shared_ptr<LostRecords> lost_, lost_previous_;  // under the current key, the previous one
    bool finding_ = false, closed_ = false;
    std::shared_ptr<net::Timer> next_word_;  // when the others hear again that this one is here
};

}  // namespace postern::cache
