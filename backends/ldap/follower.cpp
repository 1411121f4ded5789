#include "ldap/follower.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <stdexcept>
#include <utility>

#include "ldap/result_code.hpp"
#include "ldap/verdict.hpp"

namespace postern::ldap {

namespace asio = net::asio;
using boost::system::system_error;
using Mode = SyncRequest::Mode;

namespace {

// Nobody can go on from here; the sentence says why.
[[noreturn]] void throw_end(const Answer& answer) {
    const auto* const code = name_of(answer.code);
    switch (answer.code) {
        case result_code::success:
            throw std::runtime_error("the server has ended the search that tells what changes");
        case result_code::unavailable_critical_extension:
            throw std::runtime_error(fmt::format(
                "the server does not tell what changes below base-dn (RFC 4533; in OpenLDAP the "
                "overlay syncprov does); {} ({})",
                code, answer.code));
        case result_code::size_limit_exceeded:
        case result_code::time_limit_exceeded:
        case result_code::admin_limit_exceeded:
            throw std::runtime_error(fmt::format(
                "whoever hears changes has to learn first who is there, and the server gives no "
                "more than a part; {} ({}): let our account read all of them, in OpenLDAP with "
                "\"limits dn.exact=... size=unlimited time=unlimited\"",
                code, answer.code));
        default:
            throw std::runtime_error(judge_search(answer)->why);
    }
}

void tell(const HeardChanges& heard, directory::Changes& changes) {
    if (heard.everything) return changes.everything_changed();
    for (const auto& account : heard.accounts)
        changes.account_changed(account);
}

}  // namespace

Follower::Follower(std::unique_ptr<Connection> connection, std::shared_ptr<const Settings> settings)
    : connection_(std::move(connection)), settings_(std::move(settings)), known_(*settings_) {
    for (const auto& base : settings_->bases)
        contents_.push_back({.base = base});
}

net::Task<> Follower::follow(directory::Changes& changes) {
    for (auto& content : contents_)
        co_await learn(content);
    co_await listen(changes);
    // A server need not know its own cookie again: then all of it comes a second time.
    for (auto& content : contents_)
        content.cookie.clear();
    co_await listen(changes);
    throw std::runtime_error("the server wants a refresh, and gives none");
}

// --- who is there

net::Task<> Follower::learn(Content& content) {
    content.id = ask(content, {Mode::refresh_only, ""}, settings_->attributes.name);
    co_await write();
    for (;;) {
        while (auto part = next_part()) {
            if (part->id != content.id) continue;
            if (part->entry && !part->state)
                throw_end({.code = result_code::unavailable_critical_extension});
            if (part->entry) known_.learn(part->state->uuid, *part->entry);
            if (!part->end) continue;
            if (part->end->code != result_code::success) throw_end(*part->end);
            content.cookie = std::move(part->sync_cookie);
            co_return;
        }
        co_await read();
    }
}

// --- what changes

// Ends when the server cannot begin from where the cookie is.
net::Task<> Follower::listen(directory::Changes& changes) {
    for (auto& content : contents_) {
        content.is_refreshed = false;
        content.id = ask(content, {Mode::refresh_and_persist, content.cookie}, known_.attributes());
    }
    co_await write();
    for (bool has_begun = false;;) {
        // What came at once is told at once: many that were deleted are one change of everything.
        HeardChanges heard;
        auto ended = Ended::no;
        while (ended == Ended::no) {
            const auto part = next_part();
            if (!part) break;
            ended = take(*part, heard);
        }
        tell(heard, changes);
        if (ended == Ended::refresh_required) {
            if (has_begun) throw std::runtime_error("the server has lost where we were");
            co_return give_up();
        }
        if (!has_begun && is_refreshed()) {
            has_begun = true;
            changes.begun();
        }
        co_await read();
    }
}

Follower::Ended Follower::take(const Part& part, HeardChanges& heard) {
    const auto content = std::ranges::find(contents_, part.id, &Content::id);
    if (content == contents_.end()) return Ended::no;
    if (part.entry) take_entry(part, *content, heard);
    if (part.info) {
        content->is_refreshed = content->is_refreshed || part.info->is_refreshed;
        for (const auto& uuid : part.info->deleted)
            known_.deleted(uuid, heard);
    }
    if (!part.end) return Ended::no;
    if (part.end->code != result_code::sync_refresh_required) throw_end(*part.end);
    return Ended::refresh_required;
}

void Follower::take_entry(const Part& part, const Content& content, HeardChanges& heard) {
    using Kind = SyncState::Kind;
    if (!part.state || part.state->kind == Kind::present) return;
    HeardChanges as_before;  // the refresh from nothing on is no change
    const bool is_change = content.is_refreshed || !content.cookie.empty();
    auto& told = is_change ? heard : as_before;
    if (part.state->kind == Kind::deleted)
        known_.deleted(part.state->uuid, told);
    else
        known_.changed(part.state->uuid, *part.entry, told);
}

bool Follower::is_refreshed() const {
    return std::ranges::all_of(contents_, &Content::is_refreshed);
}

void Follower::give_up() {
    for (const auto& content : contents_)
        connection_->codec().abandon(content.id);
}

// --- the wire

int Follower::ask(const Content& content, SyncRequest request,
                  std::vector<std::string> attributes) {
    Search search;
    search.base = content.base;
    search.scope = settings_->scope;
    // RFC 4533 1.2 has no room for aliases among what is found.
    const bool finds = settings_->dereference == Dereference::finding ||
                       settings_->dereference == Dereference::always;
    search.dereference = finds ? Dereference::finding : Dereference::never;
    search.filter = settings_->filter_followed;
    search.attributes = std::move(attributes);
    search.most_entries = 0;
    search.sync = std::move(request);
    return connection_->codec().search(search);
}

std::optional<Part> Follower::next_part() {
    while (auto part = connection_->codec().next_part()) {
        if (part->id != ping_) return part;
        if (part->end) ping_ = 0;
    }
    return std::nullopt;
}

net::Task<> Follower::write() {
    auto& stream = connection_->stream();
    stream.expires_after(settings_->timeout);
    co_await stream.write(connection_->codec().take_output());
}

// More octets; or, where nothing has come for long, a question that the server has to answer.
net::Task<> Follower::read() {
    auto& stream = connection_->stream();
    stream.expires_after(ping_ == 0 ? settings_->pool.idle : settings_->timeout);
    std::optional<std::size_t> got;
    try {
        got = co_await stream.read_some(asio::buffer(buffer_));
    } catch (const system_error& error) {
        if (error.code() != asio::error::timed_out || ping_ != 0) throw;
    }
    if (got == 0) throw system_error(asio::error::eof);
    if (got) co_return connection_->codec().feed({buffer_.data(), *got});
    ping_ = connection_->codec().search(root_search());
    co_await write();
}

}  // namespace postern::ldap
