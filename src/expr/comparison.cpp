#include "expr/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "expr/ip_network.hpp"
#include "expr/nearest.hpp"
#include "expr/node.hpp"
#include "expr/operations.hpp"
#include "expr/pattern.hpp"
#include "expr/variables.hpp"

namespace postern::expr {
namespace {

std::string variable_name(std::string_view key) {
    std::string name(key);
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

// The names of variables as this dialect writes them.
std::string nearest_key(std::string_view key) {
    if (key == "mx" || key == "priority") return "there are no queues here";
    std::string hint = did_you_mean(variable_name(key), variable_names());
    std::replace(hint.begin(), hint.end(), '_', '-');
    return hint.empty() ? "for example \"listener\" or \"remote-ip\"" : hint;
}

boost::system::result<Node, Error> reference(std::string_view key, Stage stage,
                                             std::size_t offset) {
    const auto* info = find_variable(variable_name(key));
    if (!info) return Error{offset, fmt::format("unknown variable \"{}\"", key), nearest_key(key)};
    if (auto error = untimely(*info, stage, offset)) return std::move(*error);
    return Node{VariableReference{info->variable}, info->type, offset};
}

bool is_address(const Node& node) {
    const auto* reference = std::get_if<VariableReference>(&node.what);
    return reference && (reference->variable == Variable::remote_ip ||
                         reference->variable == Variable::local_ip);
}

// The spelling that a value of the variable has as a text; nullopt: it never is this one.
std::optional<std::string> as_text_of(Type type, const std::string& written) {
    if (type == Type::boolean) {
        if (written == "true") return "1";
        if (written == "false") return "0";
        return std::nullopt;
    }
    if (type != Type::integer) return written;
    const auto number = parse_number(written);
    if (!number || !std::holds_alternative<std::int64_t>(number->get())) return std::nullopt;
    return number->text();
}

using What = boost::system::result<decltype(Node::what), WrongComparison>;

What within(const std::vector<std::string>& values) {
    auto networks = std::make_shared<std::vector<IpNetwork>>();
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto network = IpNetwork::parse(values[i]);
        if (!network)
            return WrongComparison{i, fmt::format("\"{}\" is no network", values[i]),
                                   "write \"10.0.0.1\", \"10.0.0.0/8\" or \"2001:db8::/32\""};
        networks->push_back(*network);
    }
    return Within{std::move(networks)};
}

What one_of(const std::vector<std::string>& values, Type type) {
    auto texts = std::make_shared<Texts>();
    for (std::size_t i = 0; i < values.size(); ++i) {
        auto text = as_text_of(type, values[i]);
        if (!text)
            return WrongComparison{
                i, fmt::format("\"{}\" is compared with {}", values[i], type_name(type)),
                type == Type::boolean ? "write true or false" : "write a number"};
        texts->insert(std::move(*text));
    }
    return Membership{std::move(texts)};
}

What test_of(const Comparison& comparison, const Node& variable) {
    const auto& values = comparison.values;
    switch (comparison.comparator) {
        case Comparator::starts_with:
        case Comparator::ends_with:
            return Affix{values.front(), comparison.comparator == Comparator::ends_with};
        case Comparator::matches: {
            auto pattern = compile_pattern(values.front(), 0);
            if (pattern) return Match{std::move(*pattern)};
            return WrongComparison{0, pattern.error().what, pattern.error().hint};
        }
        case Comparator::equal_to:
        case Comparator::in_list:
            break;
    }
    return is_address(variable) ? within(values) : one_of(values, variable.type);
}

Node above(Node node, decltype(Node::what) what) {
    Node outer{std::move(what), Type::boolean};
    outer.depth = node.depth + 1;
    outer.operands.push_back(std::move(node));
    return outer;
}

Term as_term(Node node) {
    return Term(std::make_shared<const Node>(std::move(node)));
}

class Template {
 public:
    Template(std::string_view text, const Context& context) : text_(text), context_(context) {}

    boost::system::result<Term, Error> compile() {
        while (position_ < text_.size() && !error_) {
            if (!text_.substr(position_).starts_with("${"))
                literal_ += text_[position_++];
            else
                placeholder();
        }
        if (error_) return std::move(*error_);
        if (parts_.empty()) return Term::constant(std::move(literal_));
        add_literal();
        Node node{Joined{}, Type::text, 0, 2};
        node.operands = std::move(parts_);
        return as_term(std::move(node));
    }

 private:
    void add_literal() {
        if (!literal_.empty()) parts_.push_back({Literal{Value(literal_)}, Type::text});
        literal_.clear();
    }

    void placeholder() {
        const auto rest = text_.substr(position_);
        const bool doubled = rest.starts_with("${{");
        const std::string_view end = doubled ? "}}" : "}";
        const auto close = rest.find(end);
        if (close == rest.npos) {
            error_ = Error{position_, "the placeholder that begins here has no end",
                           fmt::format("close it with {}", end)};
            return;
        }
        const auto inside = rest.substr(doubled ? 3 : 2, close - (doubled ? 3 : 2));
        if (doubled)
            literal_ += fmt::format("${{{}}}", inside);
        else
            stand_in(inside);
        position_ += close + end.size();
    }

    void stand_in(std::string_view name) {
        add_literal();
        if (const auto number = capture_number(name)) {
            error_ = unmatched(*number, context_.captures, position_, fmt::format("${{{}}}", name));
            parts_.push_back({Capture{*number}, Type::text});
            return;
        }
        auto variable = reference(name, context_.stage, position_);
        if (variable)
            parts_.push_back(std::move(*variable));
        else
            error_ = variable.error();
    }

    std::string_view text_;
    const Context& context_;
    std::size_t position_ = 0;
    std::string literal_;
    std::vector<Node> parts_;
    std::optional<Error> error_;
};

}  // namespace

boost::system::result<Term, WrongComparison> compile(const Comparison& comparison,
                                                     const Context& context) {
    auto variable = reference(comparison.key, context.stage, 0);
    if (!variable)
        return WrongComparison{std::nullopt, variable.error().what, variable.error().hint};
    auto test = test_of(comparison, *variable);
    if (!test) return std::move(test).error();
    Node node = above(std::move(*variable), std::move(*test));
    return as_term(comparison.negated ? above(std::move(node), Operation{Operator::invert})
                                      : std::move(node));
}

Term join(Junction junction, const std::vector<Term>& conditions) {
    const Operator op = junction == Junction::all_of ? Operator::both : Operator::either;
    Node node{Operation{op}, Type::boolean};
    for (const auto& each : conditions) {
        node.operands.push_back(each.root());
        node.depth = std::max(node.depth, each.root().depth + 1);
    }
    return as_term(junction == Junction::none_of
                       ? above(std::move(node), Operation{Operator::invert})
                       : std::move(node));
}

boost::system::result<Term, Error> compile_template(std::string_view text, const Context& context) {
    return Template(text, context).compile();
}

void throw_exception_from_error(const WrongComparison& error, const boost::source_location&) {
    throw std::invalid_argument(error.what);
}

}  // namespace postern::expr
