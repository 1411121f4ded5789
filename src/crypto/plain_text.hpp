#pragma once

#include "crypto/hash_limits.hpp"
#include "crypto/secret.hpp"

namespace postern::crypto {

// A password that is stored as it is.
struct PlainText {
    Secret text;
};

bool matches(const PlainText& stored, std::string_view password);
HashWork work_of(const PlainText& stored);

}  // namespace postern::crypto
