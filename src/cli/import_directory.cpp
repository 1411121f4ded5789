#include "cli/import_directory.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>
#include <iterator>

#include "address/unicode.hpp"
#include "app/application.hpp"
#include "cli/await.hpp"
#include "directory/stack.hpp"

namespace postern::cli {

namespace {

using directory::ListedAccount;
using identity::Reason;

std::string_view type_of(std::string_view form) {
    return form == "sql" ? "postgresql" : "ldap";
}

std::string status_of(const std::optional<Reason>& closed) {
    using directory::AccountStatus;
    if (!closed) return "";  // an import opens nothing that was closed here
    const bool must_change = *closed == Reason::expired;
    return std::string(
        to_string(must_change ? AccountStatus::must_change : AccountStatus::disabled));
}

class DirectorySource final : public AccountSource {
 public:
    DirectorySource(directory::Service& service, net::asio::io_context& io,
                    const crypto::HashLimits& limits)
        : service_(service), io_(io), limits_(limits) {}

    std::optional<ForeignAccount> next() override {
        while (next_ == page_.accounts.size()) {
            if (is_last_) return std::nullopt;
            turn_page();
        }
        auto& listed = page_.accounts[next_++];
        place_ = address::is_text(listed.entry) ? listed.entry : "somebody with an odd name";
        return account_of(listed);
    }

    std::string place() const override {
        return fmt::format("{}: {}", service_.name(), place_.empty() ? "nobody" : place_);
    }

    std::optional<unsigned> percent() override { return std::nullopt; }

 private:
    void turn_page() {
        auto result = await(io_, service_.accounts({page_.cursor}));
        if (const auto* unavailable = std::get_if<identity::Unavailable>(&result))
            throw SourceError(fmt::format("directory \"{}\" cannot be read: {}", service_.name(),
                                          unavailable->why));
        page_ = std::get<directory::AccountPage>(std::move(result));
        next_ = 0;
        is_last_ = page_.cursor.empty();
    }

    ForeignAccount account_of(ListedAccount& listed) const {
        ForeignAccount account;
        account.mistake = std::move(listed.mistake);
        if (!account.mistake.empty()) return account;
        account.login = std::move(listed.principal.name);
        account.emails = std::move(listed.principal.addresses);
        account.groups = std::move(listed.principal.groups);
        account.status = status_of(listed.closed);
        account.shares_addresses = true;
        for (const auto& each : listed.principal.on_behalf_of) {
            auto address = read_address(each);
            if (address.value)
                account.on_behalf_of.push_back(*std::move(address.value));
            else
                account.losses.push_back("may send on behalf of somebody: " + address.why);
        }
        const auto secrets = listed.secrets.size();
        if (secrets > 0) account.password = best_of(listed.secrets);
        if (secrets > 1)
            account.losses.push_back(
                fmt::format("{} of its {} passwords are left out", secrets - 1, secrets));
        if (listed.ignored_values > 0)
            account.losses.push_back(fmt::format(
                "{} of its values are left out: neither address nor group, whichever was expected",
                listed.ignored_values));
        return account;
    }

    // An account has one password here: the first that can be checked.
    crypto::Secret best_of(std::vector<crypto::Secret>& secrets) const {
        const auto good = std::ranges::find_if(secrets, [&](const crypto::Secret& each) {
            return crypto::PasswordHash::parse(each.reveal(), limits_).has_value();
        });
        return std::move(good != secrets.end() ? *good : secrets.front());
    }

    directory::Service& service_;
    net::asio::io_context& io_;
    const crypto::HashLimits& limits_;
    directory::AccountPage page_;
    std::size_t next_ = 0;
    bool is_last_ = false;
    std::string place_;
};

}  // namespace

ForeignDirectory::ForeignDirectory(const std::string& form, const std::string& name,
                                   const Surroundings& surroundings)
    : limits_(surroundings.hashing.limits),
      plugins_(plugins_of(surroundings.document)),
      status_(choose(form, name, surroundings)) {
    if (status_ == Status::good) status_ = build(surroundings);
}

int ForeignDirectory::choose(const std::string& form, const std::string& wanted,
                             const Surroundings& surroundings) {
    std::vector<std::string> names;
    std::string wrong_type;
    for (auto& [name, section] : surroundings.document.root().tables("directory")) {
        const auto type = section.required_text("type");
        if (type == type_of(form) && name != surroundings.directory) names.push_back(name);
        if (name == wanted) wrong_type = type;
    }
    const bool is_there = std::ranges::find(names, wanted) != names.end();
    if (is_there || (wanted.empty() && names.size() == 1)) {
        name_ = is_there ? wanted : names.front();
        return Status::good;
    }
    if (wanted.empty())
        std::cerr << "from which directory?";
    else if (wanted == surroundings.directory)
        std::cerr << fmt::format("\"{}\" is where the accounts are to go;", wanted);
    else if (wrong_type.empty())
        std::cerr << fmt::format("there is no directory \"{}\";", wanted);
    else
        std::cerr << fmt::format("directory \"{}\" is of type \"{}\";", wanted, wrong_type);
    if (names.empty())
        std::cerr << fmt::format(" --from {} needs another one of type \"{}\", and there is none\n",
                                 form, type_of(form));
    else
        std::cerr << fmt::format(" --from {} takes one of: {}\n", form, fmt::join(names, ", "));
    return Status::usage;
}

int ForeignDirectory::build(const Surroundings& surroundings) {
    auto& document = surroundings.document;
    auto section = document.root().table("directory").table(name_);
    service_ = directory::make_service(
        name_, section,
        {plugins_, hash_pool_, surroundings.hashing.limits, surroundings.hashing.cost, log_});
    const auto problems = document.problems();
    if (!problems.empty()) app::report(problems);
    if (!service_ || !problems.empty()) return Status::configuration;
    if (service_->capabilities().lists_accounts) return Status::good;
    std::cerr << fmt::format(
        "directory \"{}\" cannot list its accounts: filter.list (docs/ldap.md) or query.list "
        "(docs/postgresql.md) says how\n",
        name_);
    return Status::configuration;
}

std::unique_ptr<AccountSource> ForeignDirectory::open() {
    return std::make_unique<DirectorySource>(*service_, io_, limits_);
}

}  // namespace postern::cli
