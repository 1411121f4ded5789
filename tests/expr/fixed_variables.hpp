// Variables of one made-up session, for the tests of expressions.
#pragma once

#include <map>
#include <string>

#include "expr/expression.hpp"

namespace postern::expr {

class FixedVariables final : public Variables {
 public:
    std::map<Variable, Value> values = {
        {Variable::listener, "submission"},
        {Variable::local_ip, "192.0.2.1"},
        {Variable::local_port, std::int64_t{587}},
        {Variable::remote_ip, "10.1.2.3"},
        {Variable::remote_port, std::int64_t{40000}},
        {Variable::is_tls, true},
        {Variable::tls_version, "TLSv1.3"},
        {Variable::tls_cipher, "TLS_AES_128_GCM_SHA256"},
        {Variable::helo_domain, "client.example.org"},
        {Variable::authenticated_as, "jane"},
        {Variable::groups, List{"sales", "Staff"}},
        {Variable::sender, "Jane.Doe@Example.org"},
        {Variable::sender_domain, "example.org"},
        {Variable::rcpt, "bob@example.net"},
        {Variable::rcpt_domain, "example.net"},
    };
    std::map<std::string, Value, std::less<>> attributes = {{"mailHost", "imap7"},
                                                            {"quota", std::int64_t{10}}};
    mutable int asked = 0;

    Value value(Variable variable) const override {
        ++asked;
        return values.at(variable);
    }
    Value attribute(std::string_view name) const override {
        ++asked;
        const auto found = attributes.find(name);
        return found == attributes.end() ? Value("") : found->second;
    }
};

// The value with its type, so that 1, "1" and 1.0 are told apart.
inline std::string written(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value.get())) return "'" + *text + "'";
    if (const auto* constant = std::get_if<Constant>(&value.get())) return constant->name;
    if (std::holds_alternative<double>(value.get())) return value.text() + "f";
    const auto* list = std::get_if<List>(&value.get());
    if (!list) return value.text();
    std::string result = "[";
    for (const auto& item : *list)
        result += (result.size() > 1 ? ", " : "") + written(item);
    return result + "]";
}

}  // namespace postern::expr
