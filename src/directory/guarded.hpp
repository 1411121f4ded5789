#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cache/attempts.hpp"
#include "cache/lru.hpp"
#include "directory/decorator.hpp"
#include "directory/open_questions.hpp"

namespace postern::directory {

struct GuardSettings {
    // Wrong passwords for one account that may reach the directory from one network, and from all
    // networks together where the account has not succeeded lately; at least 1.
    std::uint64_t failures = 4, total = 4;
    // After so long without a further one they are forgotten.
    std::chrono::milliseconds quiet = std::chrono::minutes(35);
};

// The lockout guard: directories lock an account after some wrong passwords, so a stale phone, or
// anybody in the world, can lock somebody out. A question takes its places before it is asked, and
// keeps them when the password was wrong, or may have been counted as wrong; where there is none
// the directory is not asked: Unavailable{held}, for nobody has checked that password. Whoever has
// a password that was right before (Credentials::remembered) always passes. A login that nobody has
// is counted like any other, also when that is known without asking
// (Credentials::remembered.unknown), so that this tells nobody which logins exist.
class Guarded final : public Decorator {
 public:
    // `attempts` live on the directory's thread; other gateways may share what they count.
    Guarded(std::unique_ptr<Directory> inner, const GuardSettings& settings,
            std::shared_ptr<cache::Attempts> attempts);
    ~Guarded() override;
    net::Task<identity::AuthResult> authenticate(const identity::Credentials& credentials) override;

 private:
    using Question = OpenQuestions::Question;
    class Visit;
    enum class Room : std::uint8_t { inside, wait, held };
    struct Standing {
        Room room = Room::held;
        bool succeeds_here = false;  // lately, from this network
    };
    // Its account in the directory's spelling.
    struct Account {
        std::string name;
        friend std::size_t heap_size(const Account& account) { return account.name.capacity(); }
    };

    std::vector<std::string> spellings_of(const identity::Credentials& credentials,
                                          const std::string& account = "");
    net::Task<Standing> enter(Question& question, const identity::Credentials& credentials);
    net::Task<Standing> enter_in_time(Question& question, const identity::Credentials& credentials);
    void conclude(Question& question, const identity::AuthResult& answer,
                  const identity::Credentials& credentials, const Standing& standing);
    void succeeded(Question& question, const std::string& account,
                   const identity::Credentials& credentials);
    void failed(Question& question, const std::string& account,
                const identity::Credentials& credentials, const Standing& standing);
    void failed_as_nobody(Question& question, const identity::Credentials& credentials);
    void give_back(Question& question);
    std::string attempt_of_nobody(const identity::Credentials& credentials) const;
    bool is_known(const identity::Credentials& credentials, const std::string& account);
    void remember(const identity::Login& login, const std::string& account);

    GuardSettings settings_;
    std::shared_ptr<cache::Attempts> attempts_;
    std::shared_ptr<OpenQuestions> questions_;
    cache::Lru<Account> accounts_;       // by spelling
    cache::Lru<std::uint64_t> nobodys_;  // passwords of logins that nobody has
};

}  // namespace postern::directory
