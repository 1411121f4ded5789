#pragma once

#include <map>
#include <string>

#include "support/scripted_remote.hpp"

namespace postern::test {

// A Redis that begins as a good one does, and then says what a test wants. A request of Redis is
// lines as well, and each word of it stands on one of its own.
class ScriptedRedis {
 public:
    // To these words, in place of what a good server says.
    explicit ScriptedRedis(std::map<std::string, RemoteReply> replies)
        : lines_([replies = std::move(replies)](const std::string& line) -> RemoteReply {
              if (const auto found = replies.find(line); found != replies.end())
                  return found->second;
              if (line == "CLIENT") return {"+OK\r\n"};
              if (line == "ROLE") return {"*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n"};
              if (line == "PING") return {"+PONG\r\n"};
              return {};
          }) {}

    std::uint16_t port() const { return lines_.port(); }
    std::size_t connections() const { return lines_.connections(); }

 private:
    ScriptedRemote lines_;
};

}  // namespace postern::test
