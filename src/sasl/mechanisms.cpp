#include <algorithm>

#include "sasl/login.hpp"
#include "sasl/mechanism.hpp"
#include "sasl/plain.hpp"

namespace postern::sasl {

namespace {

template <class Kind>
std::unique_ptr<Mechanism> make() {
    return std::make_unique<Kind>();
}

constexpr MechanismKind catalogue[] = {
    {"PLAIN", true, make<Plain>},
    {"LOGIN", true, make<Login>},
};

constexpr char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace

std::span<const MechanismKind> mechanisms() {
    return catalogue;
}

const MechanismKind* find_mechanism(std::string_view name) {
    const auto* kind = std::ranges::find_if(catalogue, [&](const MechanismKind& k) {
        return std::ranges::equal(k.name, name, {}, {}, upper);
    });
    return kind == std::end(catalogue) ? nullptr : kind;
}

}  // namespace postern::sasl
