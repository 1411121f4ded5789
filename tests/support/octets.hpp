#pragma once

#include <string>
#include <string_view>

namespace postern::test {

// Of hexadecimal digits, as test vectors are printed.
inline std::string octets(std::string_view hex) {
    std::string result;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        result += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    return result;
}

}  // namespace postern::test
