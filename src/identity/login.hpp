// identity: the words all other folders share. Who somebody says they are (Login, Credentials), who
// they turn out to be (Principal), and the three answers to that question (AuthResult). Values
// only: any thread may hold one, nothing here does I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::identity {

// A login as somebody typed it, in the form in which logins compare: UTF-8, lower case, NFC.
// It is a question, not an identity: after a successful AUTH only Principal::name counts.
class Login {
 public:
    // nullopt: empty, longer than 512 octets, not UTF-8, or with a control character.
    static std::optional<Login> parse(std::string_view typed);

    const std::string& text() const { return text_; }
    // The part before the last "@", or everything; the part behind it, or nothing.
    std::string_view local_part() const;
    std::string_view domain() const;

    friend bool operator==(const Login&, const Login&) = default;

 private:
    explicit Login(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

}  // namespace postern::identity
