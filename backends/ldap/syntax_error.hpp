#pragma once

#include <cstddef>

namespace postern::ldap {

// Where a text stops being a filter or a DN, and what should have stood there.
struct SyntaxError {
    std::size_t offset = 0;     // in octets, from 0
    const char* expected = "";  // "a matching rule's name"
};

}  // namespace postern::ldap
