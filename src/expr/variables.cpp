#include "expr/variables.hpp"

#include <fmt/format.h>

#include <array>

namespace postern::expr {
namespace {

constexpr std::array<VariableInfo, 15> variables{{
    {"listener", Variable::listener, Stage::connect, Type::text},
    {"local_ip", Variable::local_ip, Stage::connect, Type::text},
    {"local_port", Variable::local_port, Stage::connect, Type::integer},
    {"remote_ip", Variable::remote_ip, Stage::connect, Type::text},
    {"remote_port", Variable::remote_port, Stage::connect, Type::integer},
    {"is_tls", Variable::is_tls, Stage::connect, Type::boolean},
    {"tls_version", Variable::tls_version, Stage::connect, Type::text},
    {"tls_cipher", Variable::tls_cipher, Stage::connect, Type::text},
    {"helo_domain", Variable::helo_domain, Stage::ehlo, Type::text},
    {"authenticated_as", Variable::authenticated_as, Stage::auth, Type::text},
    {"groups", Variable::groups, Stage::auth, Type::list},
    {"sender", Variable::sender, Stage::mail, Type::text},
    {"sender_domain", Variable::sender_domain, Stage::mail, Type::text},
    // A message has one header and many recipients.
    {"rcpt", Variable::rcpt, Stage::rcpt, Type::text, Stage::rcpt},
    {"rcpt_domain", Variable::rcpt_domain, Stage::rcpt, Type::text, Stage::rcpt},
}};

}  // namespace

const VariableInfo* find_variable(std::string_view name) {
    for (const auto& each : variables)
        if (each.name == name) return &each;
    return nullptr;
}

std::vector<std::string_view> variable_names() {
    std::vector<std::string_view> names;
    for (const auto& each : variables)
        names.push_back(each.name);
    return names;
}

std::optional<Error> untimely(const VariableInfo& variable, Stage stage, std::size_t offset) {
    if (variable.since <= stage && stage <= variable.until) return std::nullopt;
    const auto when = variable.since > stage ? fmt::format("before {}", stage_name(variable.since))
                                             : fmt::format("behind {}", stage_name(variable.until));
    return Error{offset, fmt::format("the variable \"{}\" has no value {}", variable.name, when),
                 fmt::format("this setting is asked at {}", stage_name(stage))};
}

std::string_view stage_name(Stage stage) {
    switch (stage) {
        case Stage::connect:
            return "connect";
        case Stage::ehlo:
            return "EHLO";
        case Stage::auth:
            return "AUTH";
        case Stage::mail:
            return "MAIL";
        case Stage::rcpt:
            return "RCPT";
        case Stage::header:
            return "the header";
    }
    return "";
}

std::string_view type_name(Type type) {
    switch (type) {
        case Type::any:
            return "a value";
        case Type::boolean:
            return "true or false";
        case Type::integer:
            return "a whole number";
        case Type::duration:
            return "a duration";
        case Type::real:
            return "a decimal number";
        case Type::text:
            return "a text";
        case Type::list:
            return "a list";
        case Type::constant:
            return "a bare word";
    }
    return "";
}

}  // namespace postern::expr
