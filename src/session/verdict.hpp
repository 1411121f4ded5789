#pragma once

#include <string>

#include "identity/auth_result.hpp"
#include "smtp/reply.hpp"

namespace postern::session {

// The one table from verdicts to SMTP replies (BEHAVIOUR section 1). The public text is generic:
// the cause is for the log.
smtp::Reply reply_to(const identity::AuthResult& verdict, const std::string& expired_text);

}  // namespace postern::session
