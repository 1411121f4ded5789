#pragma once

#include "remote/imap_response_parser.hpp"
#include "remote/judgement.hpp"

namespace postern::remote {

// Of the tagged response to a login. Rejected is only what a server clearly says "no" to: by a code
// (RFC 9051 section 7.1, RFC 5530), or by NO without one, in words that do not speak of a passing
// trouble.
Judgement judge_login(const ImapResponse& response);

// There are too many of us, by its code or its words.
bool wants_fewer(const ImapResponse& response);

}  // namespace postern::remote
