#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "identity/auth_result.hpp"
#include "observe/registry.hpp"
#include "session/auth_limit_settings.hpp"
#include "smtp/reply.hpp"

namespace postern::session {

// Why an AUTH came to no question.
enum class Aborted : std::uint8_t { not_offered, malformed, too_long, cancelled };
const char* to_string(Aborted reason);

// Which of our own rules refuses something.
enum class Rule : std::uint8_t { sender, header_sender, header, relay };

// What sessions count. Everything is looked up once, for the directories and next hops that the
// settings name, so that counting is an addition without a lock. Any thread.
class Meters {
 public:
    // Of a command (MAIL, RCPT, the end of a message) that came to a next hop.
    enum class Command : std::uint8_t { mail, rcpt, message };
    struct NextHop {
        std::array<std::array<observe::Counter*, 3>, 3> commands{};  // by Command, outcome
        observe::Counter* octets = nullptr;
        observe::Histogram* open = nullptr;
        observe::Histogram* message = nullptr;

        void count(Command command, const smtp::Reply& reply) const;
    };

    template <class Directories, class NextHops>
    Meters(observe::Registry& registry, const Directories& directories, const NextHops& next_hops)
        : Meters(registry) {
        for (const auto& [name, ignored] : directories)
            add_directory(registry, name);
        for (const auto& [name, ignored] : next_hops)
            add_next_hop(registry, name);
    }

    // The verdict of a directory, `took` after the credentials were complete.
    void auth(std::string_view directory, const identity::AuthResult& verdict,
              observe::Histogram::Duration took) const;
    void auth_limited(LimitKind by) const { at(limited_, by).add(); }
    void auth_aborted(Aborted reason) const { at(aborted_, reason).add(); }
    void refused(Rule rule) const { at(refused_, rule).add(); }
    void connection(bool accepted) const { (accepted ? accepted_ : turned_away_)->add(); }
    // "TLSv1.3"; empty: it failed.
    void tls(std::string_view version) const;
    const NextHop& next_hop(std::string_view name) const;

 private:
    struct Directory {
        std::array<observe::Counter*, 4> accepted{};                 // by Source
        std::array<std::array<observe::Counter*, 4>, 6> rejected{};  // by Reason, Source
        std::array<observe::Counter*, 4> unavailable{};              // by Scope
        observe::Histogram* seconds = nullptr;
    };
    explicit Meters(observe::Registry& registry);
    void add_directory(observe::Registry& registry, const std::string& name);
    void add_next_hop(observe::Registry& registry, const std::string& name);

    template <class Counters, class Enumerator>
    static observe::Counter& at(const Counters& counters, Enumerator which) {
        return *counters.at(static_cast<std::size_t>(which));
    }
    template <class Found>
    static const Found& find(const std::map<std::string, Found, std::less<>>& all,
                             std::string_view name);

    // "" is what is of no name in the settings.
    std::map<std::string, Directory, std::less<>> directories_;
    std::map<std::string, NextHop, std::less<>> next_hops_;
    std::array<observe::Counter*, 3> limited_{};  // by LimitKind
    std::array<observe::Counter*, 4> aborted_{};
    std::array<observe::Counter*, 4> refused_{};
    observe::Counter *accepted_ = nullptr, *turned_away_ = nullptr;
    std::map<std::string, observe::Counter*, std::less<>> tls_;  // by version
};

}  // namespace postern::session
