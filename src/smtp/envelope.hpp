#pragma once

#include <boost/system/result.hpp>
#include <string_view>

#include "smtp/capabilities.hpp"
#include "smtp/command.hpp"
#include "smtp/reply.hpp"

namespace postern::smtp {

// The arguments of MAIL and RCPT (RFC 5321 4.1.1.2 and 4.1.1.3): what stands behind "MAIL " and
// "RCPT ", trailing blanks removed. Part of parse_command.
boost::system::result<Mail, Reply> parse_mail(std::string_view argument,
                                              const Capabilities& offered);
boost::system::result<Rcpt, Reply> parse_rcpt(std::string_view argument,
                                              const Capabilities& offered);

}  // namespace postern::smtp
