#include "sasl/field.hpp"

#include "smtp/utf8.hpp"

namespace postern::sasl {

namespace {

bool is_field(std::string_view octets, std::size_t limit) {
    return !octets.empty() && octets.size() <= limit &&
           octets.find('\0') == std::string_view::npos && smtp::is_utf8(octets);
}

}  // namespace

bool is_identity(std::string_view octets) {
    return is_field(octets, 512);
}

bool is_password(std::string_view octets) {
    return is_field(octets, 4096);
}

}  // namespace postern::sasl
