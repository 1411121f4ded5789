#include "remote/wordings.hpp"

#include <algorithm>
#include <boost/algorithm/string/erase.hpp>
#include <string>

#include "crypto/base64.hpp"
#include "remote/plain_response.hpp"
#include "smtp/ascii.hpp"

namespace postern::remote {

namespace {

constexpr std::string_view of_trouble[] = {
    "temporar",        "try again",      "try later",      "unavailable",
    "not available",   "internal",       "server error",   "system error",
    "generic failure", "timeout",        "time-out",       "timed out",
    "backend",         "can't connect",  "cannot connect", "could not con",
    "connection ref",  "overload",       "busy",           "maintenance",
    "shutting down",   "not responding", "lookup fail",    "database",
};

constexpr std::string_view of_too_many[] = {
    "too many", "too fast",  "too often",      "rate limit",    "ratelimit",
    "throttl",  "slow down", "limit exceeded", "limit reached", "maximum number",
};

template <std::size_t N>
bool has_one_of(std::string_view text, const std::string_view (&wordings)[N]) {
    return std::ranges::any_of(wordings,
                               [&](std::string_view wording) { return speaks_of(text, wording); });
}

// It, and what the ways to log in make of it.
bool shows(std::string_view words, std::string_view login, const crypto::Secret& password) {
    const auto has = [&](std::string_view secret) { return words.find(secret) != words.npos; };
    std::string encoded = crypto::base64_encode(password.reveal());
    const crypto::WipeAtEnd wiped(encoded);
    return has(password.reveal()) || has(encoded) || has(plain_response(login, password).reveal());
}

}  // namespace

bool speaks_of(std::string_view words, std::string_view wording) {
    const auto found = std::ranges::search(words, wording, [](char left, char right) {
        return smtp::upper(left) == smtp::upper(right);
    });
    return wording.empty() || !found.empty();
}

bool speaks_of_trouble(std::string_view words) {
    // Postfix, of every wrong password that Dovecot has told it.
    return has_one_of(boost::algorithm::ierase_all_copy(std::string(words), "reason unavailable"),
                      of_trouble);
}

bool speaks_of_too_many(std::string_view words) {
    return has_one_of(words, of_too_many);
}

std::string without_login(std::string words, const std::string& login) {
    if (login.find('@') != std::string::npos) boost::algorithm::ierase_all(words, login);
    return words;
}

std::string without_password(std::string shown, std::string_view words, std::string_view login,
                             const crypto::Secret& password) {
    return shows(words, login, password) ? "(its words repeat ours)" : shown;
}

}  // namespace postern::remote
