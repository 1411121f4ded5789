#pragma once

#include <string>
#include <string_view>

#include "smtp/command.hpp"

namespace postern::smtp {

// A parsed command with all that was understood of it, or code and enhanced code of the refusal:
// what the tables of tests compare. "MAIL <a@b.example> size=5 body=7BIT utf8 ret=FULL envid=x
// auth".
std::string text_of(const boost::system::result<Command, Reply>& parsed);

// Everything that an EHLO of ours may offer.
Capabilities everything();

}  // namespace postern::smtp
