#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "session/client.hpp"
#include "session/environment.hpp"
#include "session/header.hpp"
#include "session/header_memory.hpp"
#include "session/header_rules.hpp"
#include "smtp/reply.hpp"
#include "upstream/next_hop.hpp"

namespace postern::session {

// One message on its way to the next hop, piece by piece, dot-stuffed as on the wire: the header is
// held and judged, then the next hop is asked for DATA, then everything passes through. A refusal,
// ours or the next hop's, ends it: the transaction there has been given up, and nothing more is
// taken.
class Transfer {
 public:
    struct Origin {
        HeaderRules rules;
        bool smtputf8 = false;
        std::function<std::string()> trace;  // what is put before the message
        observe::Histogram& answered;        // how long the next hop's last reply took
    };
    Transfer(const Environment& environment, Client& client, upstream::Connection& connection,
             Origin origin);

    // False: all held headers together take too much memory, and this one has no room.
    bool has_room() const { return begun_ || share_.granted(); }

    // nullopt: go on.
    net::Task<std::optional<smtp::Reply>> take(std::string_view octets);
    // The message has ended: the next hop's reply to it, or our refusal of its header.
    net::Task<smtp::Reply> finish();
    // Gives it up, for a reason of ours; returns `reply`.
    net::Task<smtp::Reply> refuse(smtp::Reply reply);

    std::uint64_t octets() const { return octets_; }
    // The header has been judged, and what comes is the body.
    bool has_begun() const { return begun_; }

 private:
    net::Task<std::optional<smtp::Reply>> begin();
    net::Task<std::optional<smtp::Reply>> write(std::string_view octets);
    template <class T>
    net::Task<T> unhurried(net::Task<T> step);

    const Environment& environment_;
    Client& client_;
    upstream::Connection& connection_;
    const Origin origin_;
    HeaderShare share_;
    HeldHeader header_;
    std::uint64_t octets_ = 0;
    bool begun_ = false;  // the next hop has said 354
};

}  // namespace postern::session
