// Two gateways, several logins at a time, one store: whichever of them is faster at which step, no
// old password logs in from the store after the directory has confirmed a newer one.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "cache/change.hpp"
#include "cache/generations.hpp"
#include "cache/record_codec.hpp"
#include "cache/records.hpp"

namespace postern::cache {
namespace {

using namespace std::chrono_literals;

constexpr int tries = 3;

// The truth, and when it was true: `moment` is its own clock, one tick for whatever happens.
struct Truth {
    long moment = 1;
    char password = 'a';
    bool disabled = false;
    std::vector<long> ended =
        std::vector<long>(256, 0);  // when a password was last no longer right

    void change_password(char to) {
        if (to == password) return;
        ended[static_cast<std::size_t>(password)] = ++moment;
        password = to;
    }
};

// What a question was answered, and whether its answer has been written or given up.
struct Asked {
    Change change;
    char password = 0;
    long moment = 0;
};

struct Gateway {
    std::chrono::milliseconds clock_error{0};
    Generations seen{100};
};

struct Seen {
    std::optional<std::string> octets;
    std::optional<AccountRecord> record;

    const AccountRecord* current() const { return record ? &*record : nullptr; }
};

// One login or one flush on its way: read, ask, write.
struct Errand {
    Gateway* gateway;
    char password;  // 0: a flush
    enum class Step : std::uint8_t { read, ask, write } step = Step::read;
    Seen seen = {};
    Generation base = 0;
    Asked asked = {};
    int tried = 0;
};

enum class Trouble : std::uint8_t { clocks_differ, records_vanish };

class House {
 public:
    House(unsigned seed, const Rules& rules, Trouble trouble, bool says_it_is_the_only_one)
        : random_(seed),
          rules_(rules),
          trouble_(trouble),
          says_it_is_the_only_one_(says_it_is_the_only_one) {
        if (trouble == Trouble::records_vanish) return;
        for (auto& gateway : gateways_)
            gateway.clock_error = std::chrono::milliseconds(random_() % 40'000) - 20s;
    }

    // What went wrong, or "".
    std::string run(int steps) {
        for (int i = 0; i < steps && wrong_.empty(); ++i) {
            now_ += std::chrono::milliseconds(random_() % 3 == 0 ? random_() % 200 : 0);
            if (trouble_ == Trouble::records_vanish) now_ += 20ms;
            if (random_() % 600 == 0) now_ += 5min;
            happen();
        }
        return wrong_;
    }
    int accepted_from_store() const { return accepted_; }

 private:
    void happen() {
        const auto what = random_() % 40;
        ++truth_.moment;
        if (what == 0) return truth_.change_password(any_password());
        if (what == 1) return void(truth_.disabled = random_() % 4 == 0);
        if (what == 2 && may_vanish()) return store_.reset();
        if (errands_.empty() || (what < 15 && errands_.size() < 6)) return begin();
        const auto place = random_() % errands_.size();
        if (step(errands_[place]))
            errands_.erase(errands_.begin() + static_cast<std::ptrdiff_t>(place));
    }

    // Of questions that found no record nobody can tell whether one came and went meanwhile.
    bool may_vanish() const {
        return trouble_ == Trouble::records_vanish &&
               std::ranges::all_of(errands_, [](const Errand& errand) {
                   return errand.step == Errand::Step::read || errand.base != 0;
               });
    }

    char any_password() { return static_cast<char>('a' + random_() % 3); }

    void begin() {
        const bool is_flush = random_() % 15 == 0;
        const char password = random_() % 2 == 0 ? truth_.password : any_password();
        errands_.push_back({&gateways_[random_() % 2], is_flush ? '\0' : password});
    }

    // True: it is done.
    bool step(Errand& errand) {
        switch (errand.step) {
            case Errand::Step::read:
                return read(errand);
            case Errand::Step::ask:
                ask(errand);
                return false;
            case Errand::Step::write:
                return write(errand);
        }
        return true;
    }

    Seen look() const { return {store_, store_ ? decode_account(*store_) : std::nullopt}; }
    Time clock_of(const Errand& errand) const { return now_ + errand.gateway->clock_error; }

    bool read(Errand& errand) {
        errand.seen = look();
        const auto* record = errand.seen.current();
        errand.step = errand.password == 0 ? Errand::Step::write : Errand::Step::ask;
        if (errand.password == 0) {
            errand.asked = {.change = Flush{}, .moment = truth_.moment};
            return false;
        }
        if (record == nullptr) return false;
        const bool believed = errand.gateway->seen.accepts("jane", record->generation);
        errand.base = std::max(record->generation, errand.gateway->seen.highest("jane"));
        if (!believed) return false;
        const auto verdict = decide(*record, verifier(errand.password), clock_of(errand), rules_);
        if (verdict == Verdict::accepted) check_acceptance(errand.password);
        return verdict == Verdict::accepted || verdict == Verdict::rejected;
    }

    void ask(Errand& errand) {
        const Question question{errand.base, clock_of(errand)};
        auto& asked = errand.asked;
        asked.password = errand.password;
        asked.moment = truth_.moment;
        if (errand.password != truth_.password)
            asked.change = Refuse{question, verifier(errand.password)};
        else if (truth_.disabled)
            asked.change = Revoke{question};
        else
            asked.change = Confirm{question,       jane(), verifier(errand.password),
                                   "192.0.2.1/32", "",     says_it_is_the_only_one_};
        if (std::holds_alternative<Confirm>(asked.change)) confirmations_.push_back(asked);
        errand.step = Errand::Step::write;
    }

    bool write(Errand& errand) {
        const auto now = clock_of(errand);
        const auto update = apply(errand.seen.current(), errand.asked.change, now, rules_);
        if (update && errand.seen.octets != store_) {
            errand.seen = look();
            if (++errand.tried < tries) return false;
            store_ = encode(tombstone(errand.seen.current(), now));
        } else if (update) {
            store_ = encode(*update);
            if (!store_) wrong_ = "a record that cannot be kept";
            if (!grows(errand.seen.current(), *update)) wrong_ = "a generation that does not grow";
        }
        note(errand.asked);
        return true;
    }

    static bool grows(const AccountRecord* before, const AccountRecord& after) {
        return before == nullptr || after.generation > before->generation;
    }

    void note(const Asked& asked) {
        if (std::holds_alternative<Confirm>(asked.change))
            newest_confirmation_ = std::max(newest_confirmation_, asked.moment);
        if (std::holds_alternative<Revoke>(asked.change))
            last_revocation_ = std::max(last_revocation_, asked.moment);
        if (std::holds_alternative<Flush>(asked.change)) last_flush_ = truth_.moment;
    }

    void check_acceptance(char password) {
        ++accepted_;
        const auto ended = truth_.ended[static_cast<std::size_t>(password)];
        const bool is_one = rules_.accepted == 1 || says_it_is_the_only_one_;
        if (password != truth_.password && is_one && newest_confirmation_ >= ended)
            wrong_ = "an old password after a newer confirmation";
        long asked = 0;
        for (const auto& confirmation : confirmations_)
            if (confirmation.password == password) asked = std::max(asked, confirmation.moment);
        if (asked < last_flush_) wrong_ = "an answer from before a flush";
        if (asked < last_revocation_) wrong_ = "an answer from before the account was disabled";
    }

    std::mt19937 random_;
    Rules rules_;
    Trouble trouble_;
    bool says_it_is_the_only_one_;
    Truth truth_;
    Gateway gateways_[2];
    Time now_ = start;
    std::optional<std::string> store_;
    std::vector<Errand> errands_;
    std::vector<Asked> confirmations_;
    long newest_confirmation_ = 0, last_flush_ = 0, last_revocation_ = 0;
    int accepted_ = 0;
    std::string wrong_;
};

void run_all(const Rules& rules, Trouble trouble, bool says_it_is_the_only_one = false) {
    int accepted = 0;
    for (unsigned seed = 0; seed < 10'000; ++seed) {
        House house(seed, rules, trouble, says_it_is_the_only_one);
        ASSERT_EQ(house.run(300), "") << "seed " << seed;
        accepted += house.accepted_from_store();
    }
    EXPECT_GT(accepted, 20'000) << "the store has to be of use, or nothing is shown";
}

const Rules one{.positive = 1h, .negative = 1min, .stale = 24h};
const Rules several{.positive = 1h, .negative = 1min, .stale = 24h, .accepted = 4};

TEST(Interleavings, NoOldVerifierIsAcceptedAfterANewerConfirmation) {
    run_all(one, Trouble::clocks_differ);
}

TEST(Interleavings, NoOldVerifierIsAcceptedThoughRecordsVanish) {
    run_all(one, Trouble::records_vanish);
}

TEST(Interleavings, NorWhereSeveralAreAllowedAndTheDirectorySaysThatThereIsOne) {
    run_all(several, Trouble::clocks_differ, true);
    run_all(several, Trouble::records_vanish, true);
}

TEST(Interleavings, WithSeveralSecretsNoneFromBeforeAFlushOrARevocation) {
    run_all(several, Trouble::clocks_differ);
    run_all(several, Trouble::records_vanish);
}

}  // namespace
}  // namespace postern::cache
