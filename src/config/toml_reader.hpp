// Reads TOML into our tree: the one place that knows toml++.
#pragma once

#include <memory>
#include <string_view>

#include "config/source.hpp"
#include "config/tree.hpp"

namespace postern::config {

// The content of Source::files[file]; nullptr and a finding when it is not TOML, or nested beyond
// all reason.
std::shared_ptr<Table> read_toml(Source& source, std::size_t file);

}  // namespace postern::config
