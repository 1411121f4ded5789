// expr: the expression language of the settings (BEHAVIOUR section 6). A setting is compiled once,
// when the settings are loaded, into an immutable tree; a session evaluates it against its
// Variables. Pure: no I/O, no clock; a compiled Expression may be shared by all threads.
#pragma once

#include <algorithm>
#include <boost/system/result.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace postern::expr {

class Value;
using List = std::vector<Value>;

// A bare word that a setting understands, such as `plain` in `[plain, login]`.
struct Constant {
    std::string name;
    friend bool operator==(const Constant&, const Constant&) = default;
};

// Booleans are the integers 1 and 0; durations are integers in milliseconds.
class Value {
 public:
    Value() : value_(std::string()) {}
    Value(bool truth) : value_(std::int64_t{truth}) {}
    Value(std::int64_t number) : value_(number) {}
    Value(double number) : value_(number) {}
    Value(std::string text) : value_(std::move(text)) {}
    Value(const char* text) : value_(std::string(text)) {}
    Value(Constant constant) : value_(std::move(constant)) {}
    Value(List list);

    // False: 0, 0.0, "" and the empty list.
    bool truth() const;
    // Text parsed as a number, 0 when it is none.
    std::int64_t integer() const;
    double real() const;
    std::string text() const;
    // The items of a list; a single value is a list of one, "" and false the empty one.
    List items() const;

    const std::variant<std::int64_t, double, std::string, Constant, List>& get() const {
        return value_;
    }

 private:
    std::variant<std::int64_t, double, std::string, Constant, List> value_;
};

// How far a session is when a setting is asked; a variable exists from some stage on. `header` is
// where the header of a message is judged.
enum class Stage : std::uint8_t { connect, ehlo, auth, mail, rcpt, header };

// clang-format off
enum class Variable : std::uint8_t {
    // from connect on
    listener, local_ip, local_port, remote_ip, remote_port, is_tls, tls_version, tls_cipher,
    // EHLO
    helo_domain,
    // AUTH
    authenticated_as, groups,
    // MAIL
    sender, sender_domain,
    // RCPT
    rcpt, rcpt_domain,
};
// clang-format on

// Where an expression finds its values: a session, or `postern explain`.
class Variables {
 public:
    virtual ~Variables() = default;
    virtual Value value(Variable variable) const = 0;
    // attr('name') of the principal; "" when there is none.
    virtual Value attribute(std::string_view name) const = 0;
};

// What the setting wants to get: its result is checked against it when the settings are loaded.
enum class Kind : std::uint8_t { boolean, integer, duration, text, constants };

struct Context {
    Stage stage = Stage::connect;  // the variables of later stages are an error
    Kind kind = Kind::boolean;
    std::vector<std::string> constants = {};  // the bare words allowed
    bool false_means_none = false;            // for text: `false` is allowed and reads as ""
    std::size_t captures = 0;                 // how many of $0 $1 ... there are: Term::captures
};

struct Error {
    std::size_t offset = 0;  // into the text of the expression
    std::string what;        // `unknown variable "listner"`
    std::string hint;        // `did you mean "listener"?`
};

struct Node;   // the tree; private to expr
struct Scope;  // one evaluation; private to expr

// One compiled expression without the if/then/else around it.
class Term {
 public:
    static boost::system::result<Term, Error> compile(std::string_view text,
                                                      const Context& context);
    static Term constant(Value value);
    explicit Term(std::shared_ptr<const Node> root) : root_(std::move(root)) {}

    Value evaluate(const Variables& variables) const;
    // How many of $0 $1 ... may have a value once this condition holds.
    std::size_t captures() const;
    const Node& root() const { return *root_; }

 private:
    friend class Expression;
    Value evaluate(Scope& scope) const;
    std::shared_ptr<const Node> root_;  // never nullptr
};

// A whole setting: conditions in order, the first that holds decides; a plain value has none.
// The older dialects (comparators, JSON `match`) compile to the same form.
class Expression {
 public:
    struct Branch {
        Term condition;
        Term result;
    };
    Expression() : otherwise_(Term::constant(Value())) {}
    explicit Expression(Value value) : otherwise_(Term::constant(std::move(value))) {}
    Expression(std::vector<Branch> branches, Term otherwise)
        : branches_(std::move(branches)), otherwise_(std::move(otherwise)) {}

    Value evaluate(const Variables& variables) const;

    // The same, read as what the setting wants.
    bool boolean(const Variables& variables) const { return evaluate(variables).truth(); }
    std::int64_t integer(const Variables& variables) const { return evaluate(variables).integer(); }
    std::chrono::milliseconds duration(const Variables& variables) const {
        constexpr std::chrono::milliseconds most = std::chrono::hours(24 * 365);
        return std::clamp(std::chrono::milliseconds(evaluate(variables).integer()),
                          std::chrono::milliseconds(0), most);
    }
    std::string text(const Variables& variables) const;
    std::vector<std::string> texts(const Variables& variables) const;

    // Every result it can come to when that is known beforehand (all branches are constants);
    // empty: it is not. For checks at load: which directories, which next hops, which mechanisms
    // can this name?
    std::vector<Value> possible_results() const;
    // The texts that it compares this variable with, as a whole: by == and !=, contains(), in-list.
    // For checks at load: can such a text be there at all?
    std::vector<std::string> texts_compared_with(Variable variable) const;

 private:
    std::vector<Branch> branches_;
    Term otherwise_;
};

}  // namespace postern::expr

namespace postern::expr {
[[noreturn]] void throw_exception_from_error(const Error& error,
                                             const boost::source_location& where);
}
