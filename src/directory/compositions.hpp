// Directories that are made of others: [directory.x] with type = "chain" or "migrate".
#pragma once

#include "directory/stack.hpp"

namespace postern::directory {

// Each nullptr: what is wrong with the section has become Problems.
std::unique_ptr<Service> make_chain(const std::string& name, config::Section& section,
                                    const SharedParts& shared);
std::unique_ptr<Service> make_migrating(const std::string& name, config::Section& section,
                                        const SharedParts& shared);

}  // namespace postern::directory
