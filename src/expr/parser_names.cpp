// The part of the parser that knows what names mean: variables, constants, functions and their
// arguments.
#include <fmt/format.h>

#include <algorithm>

#include "expr/functions.hpp"
#include "expr/nearest.hpp"
#include "expr/parser.hpp"
#include "expr/pattern.hpp"
#include "expr/variables.hpp"

namespace postern::expr {
namespace {

constexpr std::string_view word_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

}  // namespace

Node Parser::name() {
    const Token name = token_;
    advance();
    if (failed()) return {};
    if (name.name.starts_with('$')) return capture(name);
    if (token_.kind == Token::Kind::open) return call(name);
    if (find_variable(name.name)) return variable(name);
    const auto& constants = context_.constants;
    if (std::find(constants.begin(), constants.end(), name.name) != constants.end())
        return Node{Literal{Constant{name.name}}, Type::constant, name.offset};
    return unknown_name(name);
}

Node Parser::variable(const Token& name) {
    const VariableInfo& info = *find_variable(name.name);
    if (const auto error = untimely(info, context_.stage, name.offset))
        return fail(error->offset, error->what, error->hint);
    return Node{VariableReference{info.variable}, info.type, name.offset};
}

// $0 is all that matches() found, $1 its first group: further right in the same expression, or in
// the `then` of the same block.
Node Parser::capture(const Token& name) {
    const auto number = capture_number(std::string_view(name.name).substr(1));
    if (!number)
        return fail(name.offset, fmt::format("there is no \"{}\"", name.name),
                    "$0 is what matches() found, $1 its first group");
    if (auto error = unmatched(*number, captures_, name.offset, name.name))
        return fail(error->offset, error->what, error->hint);
    return Node{Capture{*number}, Type::text, name.offset};
}

Node Parser::unknown_name(const Token& name) {
    if (find_function(name.name))
        return fail(name.offset, fmt::format("\"{}\" is a function", name.name),
                    fmt::format("call it: {}(...)", name.name));
    std::vector<std::string_view> known = variable_names();
    known.insert(known.end(), context_.constants.begin(), context_.constants.end());
    known.insert(known.end(), {"true", "false"});
    // "is-tls" reads as a subtraction, but was hardly meant as one.
    const auto end = text_.find_first_not_of(word_characters, name.offset);
    std::string hint = did_you_mean(text_.substr(name.offset, end - name.offset), known);
    if (hint.empty()) hint = did_you_mean(name.name, known);
    if (hint.empty() && context_.kind == Kind::constants && !context_.constants.empty())
        hint = fmt::format("the words known here are {}", fmt::join(context_.constants, ", "));
    else if (hint.empty() && context_.kind == Kind::text)
        hint = fmt::format("a text stands in quotes of its own: \"'{}'\"", name.name);
    else if (hint.empty())
        hint = fmt::format("a text stands in quotes: '{}'", name.name);
    const bool word = context_.kind == Kind::constants;
    return fail(name.offset,
                fmt::format("unknown {} \"{}\"", word ? "word" : "variable", name.name),
                std::move(hint));
}

Node Parser::call(const Token& name) {
    const Function* function = find_function(name.name);
    if (!function && find_variable(name.name))
        return fail(name.offset, fmt::format("\"{}\" is a variable", name.name),
                    "write it without parentheses");
    if (!function)
        return fail(name.offset, fmt::format("unknown function \"{}\"", name.name),
                    did_you_mean(name.name, function_names()));
    advance();
    auto arguments = until(Token::Kind::close, "the closing parenthesis", name.name + "()");
    if (failed()) return {};
    if (arguments.size() != function->arity)
        return fail(name.offset,
                    fmt::format("{}() has {} argument{} here", name.name, arguments.size(),
                                arguments.size() == 1 ? "" : "s"),
                    fmt::format("it takes {}", function->arity));
    if (function->form != Function::Form::plain)
        return special(*function, name, std::move(arguments));
    std::vector<const Value*> known;
    for (const auto& argument : arguments)
        known.push_back(argument.literal());
    if (const auto objection = function->check ? function->check(known) : std::nullopt)
        return fail(arguments[objection->argument].offset, objection->what, objection->hint);
    return finished(Node{Call{function}, function->result, name.offset, 1, std::move(arguments)});
}

Node Parser::special(const Function& function, const Token& name, std::vector<Node> arguments) {
    if (function.form == Function::Form::match) return match(name, std::move(arguments));
    if (function.form == Function::Form::choice) {
        const Type type = arguments[1].type == arguments[2].type ? arguments[1].type : Type::any;
        return finished(Node{Choice{}, type, name.offset, 1, std::move(arguments)});
    }
    const Value* attribute = arguments[0].literal();
    const auto* text = attribute ? std::get_if<std::string>(&attribute->get()) : nullptr;
    if (!text)
        return fail(arguments[0].offset, "the name of an attribute must be a text in quotes",
                    "for example attr('mailHost')");
    if (context_.stage < Stage::auth)
        return fail(name.offset, "attr() has no value before AUTH",
                    fmt::format("this setting is asked at {}", stage_name(context_.stage)));
    return Node{AttributeReference{*text}, Type::any, name.offset};
}

Node Parser::match(const Token& name, std::vector<Node> arguments) {
    const Value* literal = arguments[0].literal();
    const auto* text = literal ? std::get_if<std::string>(&literal->get()) : nullptr;
    if (!text)
        return fail(arguments[0].offset, "a regular expression must be a text in quotes",
                    "for example matches('^a+$', sender)");
    auto pattern = compile_pattern(*text, arguments[0].offset);
    if (!pattern) return fail(pattern.error().offset, pattern.error().what, pattern.error().hint);
    Node node{Match{std::move(*pattern)}, Type::boolean, name.offset};
    node.operands.push_back(std::move(arguments[1]));
    captures_ = std::max(captures_, captures(node));
    return finished(std::move(node));
}

}  // namespace postern::expr
