#include "support/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <span>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace postern::test {
namespace {

using Clock = std::chrono::steady_clock;

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> result;
    for (auto& each : strings)
        result.push_back(each.data());
    result.push_back(nullptr);
    return result;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& added) {
    std::vector<std::string> result;
    for (char** each = environ; *each; ++each) {
        const std::string variable = *each;
        if (!added.contains(variable.substr(0, variable.find('=')))) result.push_back(variable);
    }
    for (const auto& [name, value] : added)
        result.push_back(name + "=" + value);
    return result;
}

// Between fork and exec: async-signal-safe calls only.
[[noreturn]] void become(char* const* arguments, char* const* environment, const char* in,
                         const char* out, const char* err, std::span<const int> inherited) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::signal(SIGPIPE, SIG_DFL);
    ::dup2(::open(in, O_RDONLY), 0);
    ::dup2(::open(out, O_WRONLY | O_CREAT | O_APPEND, 0644), 1);
    ::dup2(::open(err, O_WRONLY | O_CREAT | O_APPEND, 0644), 2);
    int next = 3;
    for (const int fd : inherited)
        ::dup2(fd, next++);
    for (int fd = next; fd < 1024; ++fd)
        ::close(fd);
    ::execvpe(arguments[0], arguments, environment);
    const char* why = ::strerror(errno);
    [[maybe_unused]] auto written = ::write(2, why, ::strlen(why));
    ::_exit(127);
}

// What ListeningSockets asks for: descriptors that become 3, 4, ...; their numbers are above those.
std::vector<int> inherited_by(const std::map<std::string, std::string>& environment) {
    std::vector<int> descriptors;
    const auto found = environment.find("LISTEN_DESCRIPTORS");
    if (found == environment.end()) return descriptors;
    std::istringstream numbers(found->second);
    for (int number = 0; numbers >> number;)
        descriptors.push_back(number);
    return descriptors;
}

std::string read_if_there(const std::filesystem::path& path) {
    return std::filesystem::exists(path) ? read_file(path) : std::string{};
}

// "Rss:   1234 kB" of smaps_rollup, in octets.
std::size_t rollup_field(const std::string& rollup, std::string_view name) {
    const auto at = rollup.find("\n" + std::string(name) + ":");
    if (at == std::string::npos) return 0;
    return std::stoul(rollup.substr(at + name.size() + 2)) * 1024;
}

}  // namespace

Process::Process(const Command& command) {
    start(command);
}

Process::~Process() {
    if (pid_ > 0) stop();
}

void Process::start(const Command& command) {
    auto arguments = command.arguments;
    auto environment = environment_with(command.environment);
    const auto argv = pointers(arguments), envp = pointers(environment);
    write_file(directory_ / "in", command.input);
    const auto stream = [&](const char* name) {
        return command.terminal.empty() ? (directory_ / name).string() : command.terminal;
    };
    const auto in = stream("in"), out = stream("out"), err = stream("err");
    const auto inherited = inherited_by(command.environment);
    pid_ = ::fork();
    if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (pid_ == 0)
        become(argv.data(), envp.data(), in.c_str(), out.c_str(), err.c_str(), inherited);
    ::setpgid(pid_, pid_);  // whoever comes first: afterwards it is done
}

bool Process::running() {
    return !wait(Seconds(0));
}

std::optional<int> Process::wait(Seconds patience) {
    const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(patience);
    while (!status_) {
        int status = 0;
        const auto ended = ::waitpid(pid_, &status, WNOHANG);
        if (ended == pid_) {
            status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        } else if (Clock::now() >= deadline) {
            return std::nullopt;
        } else {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }
    return status_;
}

void Process::signal(int number) {
    if (running()) ::kill(pid_, number);
}

void Process::suspend() {
    signal(SIGSTOP);
    siginfo_t what{};
    ::waitid(P_PID, static_cast<id_t>(pid_), &what, WSTOPPED | WEXITED | WNOWAIT);
}

int Process::stop(Seconds patience) {
    signal(SIGTERM);
    if (!wait(patience)) kill();
    return *status_;
}

void Process::kill() {
    if (!running()) return;  // its id may be somebody else's by now
    ::kill(-pid_, SIGKILL);
    while (!wait(Seconds(10))) {
    }
}

std::string Process::output() const {
    return read_if_there(directory_ / "out");
}
std::string Process::errors() const {
    return read_if_there(directory_ / "err");
}

Usage usage(pid_t pid) {
    const auto folder = std::filesystem::path("/proc") / std::to_string(pid);
    const auto rollup = read_file(folder / "smaps_rollup");
    const auto stat = read_file(folder / "stat");
    // The fields behind "(name)", which may hold blanks: state is the third, utime and stime 14
    // and 15.
    std::istringstream fields(stat.substr(stat.rfind(')') + 1));
    std::string skipped;
    for (int field = 3; field < 14; ++field)
        fields >> skipped;
    long user = 0, system = 0;
    fields >> user >> system;
    return {rollup_field(rollup, "Rss"), rollup_field(rollup, "Pss"),
            std::chrono::milliseconds((user + system) * 1000 / ::sysconf(_SC_CLK_TCK))};
}

Finished run(const Command& command, Process::Seconds patience) {
    Process process(command);
    const auto status = process.wait(patience);
    if (!status) {
        throw std::runtime_error(command.arguments.front() + " did not end in time; it said: " +
                                 process.output() + process.errors());
    }
    return {*status, process.output(), process.errors()};
}

}  // namespace postern::test
