#pragma once

#include <optional>
#include <string_view>

#include "ldap/answer.hpp"

namespace postern::ldap {

// The control's OID, in requests (without a value) and in answers.
inline constexpr const char* password_policy_oid = "1.3.6.1.4.1.42.2.27.8.5.1";

// PasswordPolicyResponseValue, draft-behera-ldap-password-policy-10 section 6.2, in BER as RFC 4511
// 5.1 restricts it. nullopt: anything else.
std::optional<PasswordPolicy> parse_password_policy(std::string_view octets);

}  // namespace postern::ldap
