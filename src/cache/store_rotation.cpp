#include "cache/store.hpp"

// While cache.previous-key is set.
namespace postern::cache {

template <class Record>
net::Task<std::optional<Record>> Store::get_previous(std::string name, Redis::Wait wait) {
    const auto answer = co_await redis_->get(name, wait);
    const auto* found = std::get_if<Redis::Found>(&answer);
    if (found == nullptr || !*found) co_return std::nullopt;
    co_return open<Record>(*keys_.previous, name, **found);
}

net::Task<std::optional<AccountRecord>> Store::recall_previous(const identity::Login& login,
                                                               Redis::Wait wait) {
    const auto known =
        co_await get_previous<LoginRecord>(keys_.previous->login_record(login.text()), wait);
    if (!known || standing(*known, now(), rules_) != Standing::known) co_return std::nullopt;
    // Whatever stands there under this key is newer.
    const auto name = keys_.current.account_record(known->account);
    if (accounts_seen_.highest(name) != 0) co_return std::nullopt;
    const auto newer = co_await redis_->get(name, wait);
    const auto* found = std::get_if<Redis::Found>(&newer);
    if (found == nullptr || *found || local_.account(name) != nullptr) co_return std::nullopt;
    co_return co_await get_previous<AccountRecord>(keys_.previous->account_record(known->account),
                                                   wait);
}

void Store::carry_over(const identity::Login& login, const Recall& recall,
                       const crypto::Secret& password) {
    const auto& account = recall.previous->principal.name;
    const auto moved = carried_over(*recall.previous, keys_.previous->verifier(account, password),
                                    keys_.current.verifier(account, password), now());
    const auto name = keys_.current.account_record(account);
    if (!moved || recall.epoch != epoch_ || accounts_seen_.highest(name) != 0) return;
    write_login(login, recall, Name{question_of_login(recall), account});
    const auto put = [moved](const AccountRecord* current) {
        return current == nullptr ? Update<AccountRecord>(moved) : std::nullopt;
    };
    if (local_.account(name) == nullptr) local_.put_account(name, {*moved, now(), false});
    const auto then = [this, account](const AccountRecord*, const AccountRecord&) {
        spawn([](std::shared_ptr<Store> store, std::string old) -> net::Task<> {
            co_await store->forget_previous(std::move(old));
        }(shared_from_this(), keys_.previous->account_record(account)));
    };
    write_behind<AccountRecord>(name, life(), put, then, false);
}

net::Task<> Store::forget_previous(std::string name) {
    if (redis_) co_await redis_->remove(name);
}

}  // namespace postern::cache
