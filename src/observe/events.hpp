// The catalogue of events: every line Postern can log, with a sentence for whoever reads it at
// night.
#pragma once

#include "observe/log.hpp"

namespace postern::observe::events {

inline constexpr Event server_started{"server.started", Level::info,
                                      "The gateway accepts connections."};
inline constexpr Event server_listening{"server.listening", Level::info,
                                        "A listener is open at this address."};
inline constexpr Event server_draining{
    "server.draining", Level::info,
    "No new connections; sessions may finish until the drain timeout."};
inline constexpr Event server_stopped{
    "server.stopped", Level::info, "All sessions have ended, or the drain timeout has cut them."};
inline constexpr Event server_accept_failed{
    "server.accept-failed", Level::error,
    "The system refuses new sockets (file descriptors, memory); accepting goes on after a pause."};
inline constexpr Event server_fault{
    "server.fault", Level::error,
    "A background task failed unexpectedly; it starts again after a pause. Please report it."};
inline constexpr Event config_reloaded{"config.reloaded", Level::info,
                                       "New settings hold for all new sessions."};
inline constexpr Event config_refused{
    "config.refused", Level::error,
    "The new settings have mistakes; nothing has changed. `postern check` shows them."};
inline constexpr Event config_warning{"config.warning", Level::warning,
                                      "A setting works but deserves a look."};

inline constexpr Event session_opened{"session.opened", Level::debug, "A client has connected."};
inline constexpr Event session_closed{"session.closed", Level::info, "A session has ended."};
inline constexpr Event session_refused{"session.refused", Level::warning,
                                       "A connection was turned away with 421: too many of them."};
inline constexpr Event session_proxy_failed{
    "session.proxy-failed", Level::warning,
    "A balancer of proxy-protocol.from sent no PROXY header in time, or none that can be "
    "understood; the connection was closed, and `why` tells what was wrong."};
inline constexpr Event session_proxy_refused{
    "session.proxy-refused", Level::warning,
    "A PROXY header came from where none is expected: a balancer that is not in "
    "proxy-protocol.from, or a client that would like another address. The session was closed."};
inline constexpr Event session_tls_failed{"session.tls-failed", Level::info,
                                          "The TLS handshake with a client failed."};
inline constexpr Event session_injection{
    "session.injection", Level::warning,
    "Octets were already waiting behind STARTTLS: somebody on the way, or a broken client."};
inline constexpr Event session_fault{
    "session.fault", Level::error,
    "A session ended by surprise; the others go on. Please report it."};
inline constexpr Event session_bad_commands{
    "session.bad-commands", Level::info,
    "A session was closed: too many commands that are none, or out of order."};

inline constexpr Event auth_accepted{"auth.accepted", Level::info, "Somebody is authenticated."};
inline constexpr Event auth_rejected{
    "auth.rejected", Level::warning,
    "A login was refused; `reason` tells why, the client never hears it."};
inline constexpr Event auth_unavailable{
    "auth.unavailable", Level::error,
    "Nobody could say whether a password was right; the client heard 454."};
inline constexpr Event auth_limited{
    "auth.limited", Level::warning,
    "A network, a login, or a login from a network failed too often (session.auth.limits): the "
    "directory was not asked, and the client heard 454. `postern limits show` has them all."};
inline constexpr Event auth_aborted{
    "auth.aborted", Level::info,
    "An AUTH came to no question: its mechanism is not offered, or the exchange was cancelled, "
    "malformed or too long; `reason` tells which."};

inline constexpr Event sender_refused{
    "sender.refused", Level::warning,
    "Somebody wanted to send from an address that is not theirs."};
inline constexpr Event header_refused{"header.refused", Level::warning,
                                      "A message was refused because its header can be read in "
                                      "more than one way; `why` tells where."};
inline constexpr Event relay_denied{
    "relay.denied", Level::warning,
    "A client without authentication wanted to reach a recipient that is not ours."};
inline constexpr Event relay_accepted{
    "relay.accepted", Level::info,
    "The next hop has acknowledged a message; `reply` holds its queue id."};
inline constexpr Event relay_refused{
    "relay.refused", Level::info,
    "A command or a message was refused, by the next hop or by us; the client heard `reply`."};
inline constexpr Event relay_failed{"relay.failed", Level::error,
                                    "A transaction failed between us and the next hop; the client "
                                    "heard 451 and keeps the message."};
inline constexpr Event relay_cut{
    "relay.cut", Level::info,
    "A message ended before its end of data; the next hop never saw one."};

inline constexpr Event nexthop_learned{"next-hop.learned", Level::info,
                                       "The next hop was asked what it offers."};
inline constexpr Event nexthop_unreachable{"next-hop.unreachable", Level::warning,
                                           "The next hop could not be reached or refused us: for a "
                                           "probe, or for the client of the session."};
inline constexpr Event nexthop_misconfigured{
    "next-hop.misconfigured", Level::error,
    "The next hop refuses what a gateway needs (503, 530, 535, XCLIENT); it is not set up for us."};

inline constexpr Event cache_stale{
    "cache.stale", Level::warning,
    "A directory cannot answer; somebody whose password was right before has been let in."};

inline constexpr Event cache_unchecked{
    "cache.unchecked", Level::warning,
    "A directory could not be asked whether an account has changed (`cache.check`); for "
    "`cache.local` what is remembered of it is believed, as it is without any check."};

inline constexpr Event cache_fault{"cache.fault", Level::error,
                                   "What a directory has said could not be written down; nothing "
                                   "is believed that it contradicts."};
inline constexpr Event cache_deaf{
    "cache.deaf", Level::warning,
    "A directory does not tell any more what changes in it; until it does again, an old password "
    "may work for as long as `cache.ttl.positive`."};

inline constexpr Event directory_ready{"directory.ready", Level::info, "A directory is loaded."};
inline constexpr Event directory_server_down{
    "directory.server-down", Level::error,
    "A server of a directory does not answer, or cannot be asked; it is tried again by itself."};
inline constexpr Event directory_server_up{"directory.server-up", Level::info,
                                           "A server of a directory answers again."};
inline constexpr Event directory_breaker_open{
    "directory.breaker-open", Level::error,
    "A directory could not answer again and again: it is left alone but for a question now and "
    "then, and logins are answered `unavailable` at once; `why` is its last answer."};
inline constexpr Event directory_breaker_closed{"directory.breaker-closed", Level::info,
                                                "A directory that was left alone is asked again."};
inline constexpr Event directory_slowed{
    "directory.slowed", Level::warning,
    "A server of a directory says that we ask it too much; it is left alone for that many "
    "milliseconds."};
inline constexpr Event directory_service_refused{
    "directory.service-refused", Level::error,
    "A directory refuses our own account: nobody can log in. Check its name and password."};
inline constexpr Event directory_query_refused{
    "directory.query-refused", Level::error,
    "A database refuses a query of the settings, or its columns are not what they should be."};
inline constexpr Event directory_ambiguous{
    "directory.ambiguous", Level::error,
    "A login fits several entries of a directory; nobody is let in on a guess."};
inline constexpr Event directory_odd_entry{
    "directory.odd-entry", Level::warning,
    "An entry of a directory cannot be understood; `why` tells what is wrong with it."};
inline constexpr Event directory_without_addresses{
    "directory.without-addresses", Level::error,
    "A login was right, but the directory that should know its addresses does not know it; it is "
    "answered `unavailable`."};
inline constexpr Event directory_hash_refused{
    "directory.hash-refused", Level::error,
    "The stored password of an account cannot be checked, so it cannot log in; `why` tells what is "
    "wrong with it. docs/password-hashes.md has the forms that can."};
inline constexpr Event directory_moved{
    "directory.moved", Level::info,
    "An account has moved to its new directory; the old one is not asked about it again."};
inline constexpr Event directory_not_moved{"directory.not-moved", Level::warning,
                                           "An account could not move to its new directory; it was "
                                           "let in, and its next login tries again."};
inline constexpr Event directory_step{"directory.step", Level::debug,
                                      "A backend has asked its server something."};
inline constexpr Event directory_stuck{
    "directory.stuck", Level::error,
    "The thread of a directory has not turned for a second; it answers `unavailable` meanwhile."};
inline constexpr Event directory_left_behind{
    "directory.left-behind", Level::error,
    "The thread of a directory was still blocked at the end of the drain timeout; the process has "
    "left without waiting for it, with status 70."};
inline constexpr Event directory_fault{
    "directory.fault", Level::error,
    "A directory failed unexpectedly; the question was answered `unavailable`."};

inline constexpr Event cache_redis_down{
    "cache.redis-down", Level::warning,
    "A Redis server does not answer; it is tried again by itself, and directories are asked where "
    "it would have known."};
inline constexpr Event cache_redis_refused{
    "cache.redis-refused", Level::error,
    "A Redis server was reached and cannot be used as the settings are; `why` tells what to look "
    "at. Until then directories are asked."};
inline constexpr Event cache_redis_up{"cache.redis-up", Level::info,
                                      "A Redis server is connected."};

}  // namespace postern::observe::events
