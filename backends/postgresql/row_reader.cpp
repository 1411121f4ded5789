#include "postgresql/row_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "address/domain.hpp"
#include "address/mailbox.hpp"
#include "identity/login.hpp"

namespace postern::postgresql {

namespace {

using identity::Reason;

constexpr std::size_t most_rows = 10'000;

struct Status {
    std::string_view word;
    std::optional<Reason> closed;
};
constexpr Status statuses[] = {{"active", std::nullopt},         {"disabled", Reason::disabled},
                               {"must-change", Reason::expired}, {"must_change", Reason::expired},
                               {"expired", Reason::expired},     {"locked", Reason::locked}};

Misread misread(std::string why) {
    return {std::move(why), false};
}

std::optional<Misread> objection_to_amount(const Rows& rows) {
    if (rows.rows.size() <= most_rows) return std::nullopt;
    return misread(fmt::format("more than {} rows", most_rows));
}

// Control characters and the like would not come back from a client either.
bool may_be_name(const std::optional<std::string>& name) {
    return name && identity::Login::parse(*name).has_value();
}

Read<std::optional<Reason>> closed_by(const AccountShape& shape, const Row& row) {
    if (shape.active) {
        const auto& active = row[*shape.active];
        if (!active) return misread("\"active\" is NULL");
        return *active == "t" ? std::optional<Reason>() : Reason::disabled;
    }
    if (!shape.status) return std::optional<Reason>();
    const auto& status = row[*shape.status];
    if (!status) return misread("\"status\" is NULL");
    const auto* known = std::ranges::find(statuses, *status, &Status::word);
    if (known == std::end(statuses)) return misread(fmt::format("unknown status \"{}\"", *status));
    return known->closed;
}

Read<StoredSecret> take_secret(const AccountShape& shape, Row& row) {
    StoredSecret secret;
    auto& hash = row[*shape.secret];
    if (!hash) return misread("\"secret\" is NULL");
    secret.hash = crypto::Secret::take(*hash);
    if (!shape.id || !row[*shape.id]) return secret;
    secret.id = *row[*shape.id];
    if (secret.id.empty()) return misread("\"id\" is empty");
    return secret;
}

std::optional<std::string> normalize(std::string_view text, bool or_domain) {
    if (or_domain && text.starts_with('@')) {
        const auto domain = address::normalize_domain(text.substr(1));
        if (!domain) return std::nullopt;
        return '@' + *domain;
    }
    const auto mailbox = address::parse_mailbox(text);
    if (!mailbox || mailbox->local_part.empty() || mailbox->domain.empty()) return std::nullopt;
    return mailbox->text();
}

}  // namespace

Read<std::optional<Account>> read_account(Rows& rows, bool with_secrets) {
    const auto shape = AccountShape::find(rows.columns, with_secrets);
    if (!shape) return misread(shape.error());
    if (auto objection = objection_to_amount(rows)) return *std::move(objection);
    std::optional<Account> account;
    for (auto& row : rows.rows) {
        const auto& name = row[shape->name];
        if (!may_be_name(name)) return misread(name ? "a name that is none" : "\"name\" is NULL");
        if (!account) account.emplace().name = *name;
        if (account->name != *name) return Misread{"rows of several accounts", true};
        const auto closed = closed_by(*shape, row);
        if (!closed) return closed.error();
        account->closed = *closed;
        if (!with_secrets) continue;
        auto secret = take_secret(*shape, row);
        if (!secret) return secret.error();
        secret->closed = *closed;
        account->secrets.push_back(*std::move(secret));
    }
    const bool in_doubt = !with_secrets && rows.rows.size() > 1 && (shape->status || shape->active);
    if (in_doubt) return misread("two rows for one account");
    return account;
}

std::vector<const StoredSecret*> secrets_for(const Account& account, std::string_view password) {
    std::vector<const StoredSecret*> ordinary, named;
    for (const auto& each : account.secrets) {
        if (each.id.empty())
            ordinary.push_back(&each);
        else if (password.starts_with(each.id) && password.substr(each.id.size()).starts_with('-'))
            named.push_back(&each);
    }
    return named.empty() ? ordinary : named;
}

Read<std::optional<std::string>> read_login(const Rows& rows) {
    const auto column = find_value_column(rows.columns, "login");
    if (!column) return misread(column.error());
    std::optional<std::string> login;
    for (const auto& row : rows.rows) {
        const auto& value = row[*column];
        if (!may_be_name(value)) return misread("a login that is none");
        if (login && *login != *value) return Misread{"several logins", true};
        login = *value;
    }
    return login;
}

Read<std::vector<std::string>> read_addresses(const Rows& rows, bool or_domains) {
    const auto column = find_value_column(rows.columns, "address");
    if (!column) return misread(column.error());
    if (auto objection = objection_to_amount(rows)) return *std::move(objection);
    std::vector<std::string> addresses;
    for (const auto& row : rows.rows) {
        const auto& value = row[*column];
        if (!value) return misread("an address is NULL");
        auto normal = normalize(*value, or_domains);
        if (!normal) return misread(fmt::format("\"{}\" is no address", *value));
        if (std::ranges::find(addresses, *normal) == addresses.end())
            addresses.push_back(*std::move(normal));
    }
    return addresses;
}

Read<std::vector<std::string>> read_groups(const Rows& rows) {
    const auto column = find_value_column(rows.columns, "group_name");
    if (!column) return misread(column.error());
    if (auto objection = objection_to_amount(rows)) return *std::move(objection);
    std::vector<std::string> groups;
    for (const auto& row : rows.rows) {
        const auto& value = row[*column];
        if (!value || value->empty()) return misread("a group without a name");
        groups.push_back(*value);
    }
    return groups;
}

Read<std::vector<ListedRow>> read_list(Rows& rows) {
    const auto shape = AccountShape::find_listed(rows.columns);
    if (!shape) return misread(shape.error());
    std::vector<ListedRow> list;
    for (auto& row : rows.rows) {
        auto& listed = list.emplace_back();
        const auto& name = row[shape->name];
        listed.name = name.value_or("");
        if (!may_be_name(name)) listed.mistake = name ? "a name that is none" : "\"name\" is NULL";
        if (const auto closed = closed_by(*shape, row))
            listed.closed = *closed;
        else
            listed.mistake = closed.error().why;
        if (shape->secret && row[*shape->secret])
            listed.secret = crypto::Secret::take(*row[*shape->secret]);
    }
    return list;
}

Read<bool> read_adopted(const Rows& rows) {
    if (rows.rows.size() != 1 || rows.columns.size() != 1 || !rows.rows.front().front())
        return misread("one row with one boolean was expected");
    const auto& value = *rows.rows.front().front();
    if (value != "t" && value != "f") return misread("one row with one boolean was expected");
    return value == "t";
}

}  // namespace postern::postgresql
