#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "support/scripted_remote.hpp"

namespace postern::test {

// What a scripted mail server says in a login, and what becomes of that.
struct RemoteScript {
    std::string name, greeting;
    // To lines that start so, behind a tag of IMAP or without; "": to any.
    std::vector<std::pair<std::string, std::string>> answers;
    std::string outcome;
    std::string otherwise = "{} BAD unexpected\r\n";

    static bool is_command(const std::string& line, std::string_view command);

    ScriptedRemote::Answer played() const;
    // The same, but what is said at this step is cut there, and the connection with it. Step 0 is
    // the greeting.
    ScriptedRemote::Answer cut(std::size_t step, std::size_t octets) const;
};

// The outcome of somebody's login at this server, at a directory that has not been asked before.
using RemoteLogin = std::function<std::string(const ScriptedRemote&)>;

// Cuts it short at every step, and expects no answer each time.
void expect_no_answer_cut_short(const RemoteScript& script, const RemoteLogin& login);
// Its last answer is a refusal, but not where a single octet of it is missing.
void expect_no_refusal_cut_short(const RemoteScript& script, const RemoteLogin& login);

}  // namespace postern::test
