#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/temporary_directory.hpp"

namespace postern::test {

struct Command {
    std::vector<std::string> arguments;              // the program first, found in PATH
    std::map<std::string, std::string> environment;  // added to ours
    std::string input;          // what it reads from standard input, then the end
    std::string terminal = {};  // in place of all three standard streams: Terminal::path()
};

// A running program. Its output goes to files, so it never waits for us. It leads a process group
// of its own, gets SIGKILL when the thread that started it dies, and is stopped with this object.
class Process {
 public:
    using Seconds = std::chrono::duration<double>;

    explicit Process(const Command& command);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    pid_t pid() const { return pid_; }
    bool running();
    // Its exit status, 128 + signal when a signal ended it; nullopt: it still runs after
    // `patience`.
    std::optional<int> wait(Seconds patience);
    void signal(int number);
    // SIGSTOP; returns when all its threads stand still.
    void suspend();
    // SIGTERM, after `patience` SIGKILL to its group. The exit status.
    int stop(Seconds patience = Seconds(10));
    // SIGKILL to its group: the program and what it started.
    void kill();

    std::string output() const;  // what it has written to standard output so far
    std::string errors() const;  // and to standard error

 private:
    void start(const Command& command);

    TemporaryDirectory directory_;
    pid_t pid_ = -1;
    std::optional<int> status_;
};

// What /proc says of a process.
struct Usage {
    std::size_t resident = 0;      // octets
    std::size_t proportional = 0;  // octets; a page shared by n processes counts 1/n
    std::chrono::milliseconds cpu{0};
};
Usage usage(pid_t pid);

struct Finished {
    int status = 0;
    std::string output, errors;
};
// Runs a program to its end; throws std::runtime_error when it takes longer than `patience`.
Finished run(const Command& command, Process::Seconds patience = Process::Seconds(60));

}  // namespace postern::test
