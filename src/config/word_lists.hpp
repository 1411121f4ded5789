// [list]: texts by name, for `in-list = "list/NAME"`. Written in the settings or, with
// "file:///path", one a line in a file, which is read when the settings are.
#pragma once

#include "config/section.hpp"
#include "config/source.hpp"

namespace postern::config {

// Reads [list] of Source::root into Source::lists. In a file, blank lines and those that begin with
// "#" do not count, and neither does white space around a line.
void read_word_lists(Source& source, const Document::Environment& environment);

}  // namespace postern::config
