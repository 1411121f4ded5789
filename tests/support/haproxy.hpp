#pragma once

#include <memory>
#include <string>

#include "support/process.hpp"
#include "support/temporary_directory.hpp"

namespace postern::test {

// A real HAProxy with these sections (`listen`, `frontend`, `backend`), which name ports of
// 127.0.0.1 that are free. It forwards TCP from address() and waits for nobody longer than 5 s to
// connect. It need not be listening yet when the constructor returns: eventually() knows.
class Haproxy {
 public:
    explicit Haproxy(const std::string& sections);

    // What its connections to servers come from, where a section says `source`.
    static constexpr auto address = "127.0.0.9";

    std::string log() const { return process_->output() + process_->errors(); }

 private:
    TemporaryDirectory directory_;
    std::unique_ptr<Process> process_;
};

}  // namespace postern::test
