#include "support/remote_script.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace postern::test {

using testing::StartsWith;

bool RemoteScript::is_command(const std::string& line, std::string_view command) {
    const auto behind_tag = line.substr(std::min(line.find(' '), line.size()));
    return line.starts_with(command) || behind_tag.starts_with(" " + std::string(command));
}

ScriptedRemote::Answer RemoteScript::played() const {
    return [script = *this](const std::string& line) -> RemoteReply {
        if (line.empty()) return {script.greeting};
        for (const auto& [command, answer] : script.answers)
            if (is_command(line, command)) return {answer};
        return {script.otherwise};
    };
}

ScriptedRemote::Answer RemoteScript::cut(std::size_t step, std::size_t octets) const {
    const auto command = step == 0 ? "" : answers[step - 1].first;
    return [=, whole = played()](const std::string& line) -> RemoteReply {
        const bool here = step == 0 ? line.empty() : !line.empty() && is_command(line, command);
        auto reply = whole(line);
        if (here) reply = {reply.octets.substr(0, octets), true};
        return reply;
    };
}

void expect_no_answer_cut_short(const RemoteScript& script, const RemoteLogin& login) {
    for (std::size_t step = 0; step <= script.answers.size(); ++step) {
        const auto& whole = step == 0 ? script.greeting : script.answers[step - 1].second;
        for (const std::size_t octets : {whole.size() - 2, whole.size() / 2, std::size_t{0}}) {
            const ScriptedRemote server(script.cut(step, octets));
            const auto outcome = login(server);
            const bool was_needed = step == script.answers.size() || outcome != script.outcome;
            if (was_needed)
                EXPECT_THAT(outcome, StartsWith("unavailable"))
                    << script.name << " step " << step << " cut at " << octets;
        }
    }
}

void expect_no_refusal_cut_short(const RemoteScript& script, const RemoteLogin& login) {
    const auto last = script.answers.size();
    const auto whole = script.answers.back().second.size();
    const auto outcome = [&](std::size_t octets) {
        return login(ScriptedRemote(script.cut(last, octets)));
    };
    // Without its last LF it is as good.
    for (std::size_t octets = 0; octets < whole - 1; ++octets)
        EXPECT_THAT(outcome(octets), StartsWith("unavailable")) << octets;
    EXPECT_EQ(outcome(whole), script.outcome);
}

}  // namespace postern::test
