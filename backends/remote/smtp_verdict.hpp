#pragma once

#include <string>

#include "remote/judgement.hpp"
#include "smtp/reply.hpp"

namespace postern::remote {

// Of the last reply to AUTH. Rejected is only what a server clearly says "no" to (RFC 4954 section
// 6, RFC 5248), in words that do not speak of a passing trouble.
Judgement judge_login(const smtp::Reply& reply);

// There are too many of us, by its words.
bool wants_fewer(const smtp::Reply& reply);

// For the log.
std::string in_words(const smtp::Reply& reply);

}  // namespace postern::remote
