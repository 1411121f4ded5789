// The catalogue of metrics: everything that `/metrics` can show, with a sentence for whoever draws
// it.
#pragma once

#include "observe/registry.hpp"

namespace postern::observe::metrics {

inline constexpr Metric events{"postern_events_total", Kind::counter, "event",
                               "How often each event of the log has happened, written or not."};
inline constexpr Metric log_lines_lost{"postern_log_lines_lost_total", Kind::counter, "",
                                       "Log lines that were dropped because nobody took them in "
                                       "time."};

inline constexpr Metric connections{"postern_connections_total", Kind::counter, "outcome",
                                    "Connections of clients: accepted, or refused for being one "
                                    "too many."};
inline constexpr Metric tls_handshakes{"postern_tls_handshakes_total", Kind::counter, "version",
                                       "TLS handshakes with clients, by version; failed ones too."};
inline constexpr Metric sessions{"postern_sessions", Kind::gauge, "",
                                 "Clients that are connected."};

inline constexpr Metric auth{
    "postern_auth_total", Kind::counter, "directory outcome reason source",
    "AUTH commands: accepted, rejected (why), unavailable (whose fault), limited (by which count) "
    "or aborted, and where the answer came from."};
inline constexpr Metric auth_seconds{
    "postern_auth_seconds", Kind::histogram, "directory",
    "From the last octet of the credentials to the verdict; the delay of a refusal is not in it."};
inline constexpr Metric refused{"postern_refused_total", Kind::counter, "rule",
                                "What our own rules refused: a sender, a header, a relay."};
inline constexpr Metric relay{
    "postern_relay_total", Kind::counter, "next_hop command outcome",
    "MAIL, RCPT and messages (DATA, BDAT) that came to a next hop: accepted, deferred (4xx), "
    "refused (5xx)."};
inline constexpr Metric relay_octets{"postern_relay_octets_total", Kind::counter, "next_hop",
                                     "Octets of the messages that a next hop has accepted."};
inline constexpr Metric next_hop_seconds{
    "postern_next_hop_seconds", Kind::histogram, "next_hop step",
    "How long a next hop takes: to be ready for mail (open: waiting for a place, connecting, "
    "greeting), and to answer the end of a message (message)."};
inline constexpr Metric next_hop_connections{"postern_next_hop_connections", Kind::gauge,
                                             "next_hop", "Connections that sessions have to it."};
inline constexpr Metric next_hop_up{"postern_next_hop_up", Kind::gauge, "next_hop",
                                    "1: one of its addresses answered last time."};

inline constexpr Metric directory_seconds{
    "postern_directory_seconds", Kind::histogram, "directory answer",
    "How long a backend takes for a question that came to it: logins by their answer, lookups."};
inline constexpr Metric directory_up{
    "postern_directory_up", Kind::gauge, "directory",
    "1: it can be asked; 0: its thread does not turn, or its breaker is open."};
inline constexpr Metric directory_breaker_open{"postern_directory_breaker_open", Kind::gauge,
                                               "directory",
                                               "1: it is left alone but for a question now and "
                                               "then."};
inline constexpr Metric directory_questions{"postern_directory_questions", Kind::gauge,
                                            "directory state",
                                            "Questions that are open: inside the backend, or "
                                            "waiting for a place."};
inline constexpr Metric questions_joined{
    "postern_directory_questions_joined_total", Kind::counter, "directory",
    "Questions that were like one under way, and shared its answer."};

inline constexpr Metric cache_answers{"postern_cache_answers_total", Kind::counter,
                                      "directory answer",
                                      "Logins answered from memory: accepted, rejected, unknown."};
inline constexpr Metric cache_from_redis{"postern_cache_from_redis_total", Kind::counter,
                                         "directory", "Those of them that Redis knew first."};
inline constexpr Metric cache_asked{
    "postern_cache_asked_total", Kind::counter, "directory",
    "Logins that memory could not answer: the directory was asked."};
inline constexpr Metric cache_stale{
    "postern_cache_stale_total", Kind::counter, "directory",
    "Logins let in from old memory while the directory could not answer."};
inline constexpr Metric cache_evicted{"postern_cache_evicted_total", Kind::counter, "directory",
                                      "Entries that went because there was no room."};
inline constexpr Metric cache_entries{"postern_cache_entries", Kind::gauge, "directory kind",
                                      "What is remembered in this process."};
inline constexpr Metric cache_octets{"postern_cache_octets", Kind::gauge, "directory",
                                     "How much memory that takes."};

inline constexpr Metric redis_seconds{"postern_redis_seconds", Kind::histogram, "redis",
                                      "How long Redis took for what it answered."};
inline constexpr Metric redis_unanswered{
    "postern_redis_unanswered_total", Kind::counter, "redis why",
    "Questions that Redis did not answer: down, late, full, refused, broken."};
inline constexpr Metric redis_kept{
    "postern_redis_kept_total", Kind::counter, "redis",
    "What Redis was not told of logins that nobody has, for it had heard of enough of them: this "
    "gateway alone knows."};
inline constexpr Metric redis_connects{"postern_redis_connects_total", Kind::counter, "directory",
                                       "Connections that a directory's cache has made to Redis."};
inline constexpr Metric redis_up{"postern_redis_up", Kind::gauge, "directory",
                                 "1: the cache of this directory can ask Redis."};

inline constexpr Metric hash_queue_seconds{"postern_hash_queue_seconds", Kind::histogram, "",
                                           "How long password hashes wait for their turn."};
inline constexpr Metric hash_jobs{"postern_hash_jobs", Kind::gauge, "state",
                                  "Password hashes that are being computed, or wait."};
inline constexpr Metric hash_refused{"postern_hash_refused_total", Kind::counter, "",
                                     "Password hashes that found the queue full."};

inline constexpr Metric started{"postern_start_time_seconds", Kind::gauge, "",
                                "When the gateway started, in seconds since 1970."};

}  // namespace postern::observe::metrics
