// %{env:NAME}% and %{file:/path}% in the texts of the settings.
#pragma once

#include "config/section.hpp"
#include "config/tree.hpp"

namespace postern::config {

// Replaces them in every text below the table. One newline at the end of a replacement is removed;
// in a text with "://" replacements are percent-encoded. What cannot be replaced is noted in the
// text, for whoever reads it.
void substitute(Table& table, const Document::Environment& environment);

}  // namespace postern::config
