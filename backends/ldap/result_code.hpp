#pragma once

namespace postern::ldap {

// RFC 4511 4.1.9, those that mean something to us.
namespace result_code {
inline constexpr int success = 0;
inline constexpr int operations_error = 1;
inline constexpr int time_limit_exceeded = 3;
inline constexpr int size_limit_exceeded = 4;
inline constexpr int auth_method_not_supported = 7;
inline constexpr int stronger_auth_required = 8;
inline constexpr int referral = 10;
inline constexpr int admin_limit_exceeded = 11;
inline constexpr int unavailable_critical_extension = 12;
inline constexpr int confidentiality_required = 13;
inline constexpr int sasl_bind_in_progress = 14;
inline constexpr int constraint_violation = 19;
inline constexpr int no_such_object = 32;
inline constexpr int inappropriate_authentication = 48;
inline constexpr int invalid_credentials = 49;
inline constexpr int insufficient_access_rights = 50;
inline constexpr int busy = 51;
inline constexpr int unavailable = 52;
inline constexpr int unwilling_to_perform = 53;
inline constexpr int other = 80;
inline constexpr int sync_refresh_required = 4096;  // RFC 4533 2.6
}  // namespace result_code

// The code's name in the RFC, "invalidCredentials"; "unknown" for others.
const char* name_of(int code);

}  // namespace postern::ldap
