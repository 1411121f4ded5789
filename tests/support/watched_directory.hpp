#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "directory/plugin_loader.hpp"
#include "support/captured_log.hpp"
#include "support/run_task.hpp"

namespace postern::test {

// A real backend that tells what changes, with nothing around it, on the test's own thread: it
// lives while the test asks.
class WatchedDirectory {
 public:
    // `settings`: the lines below [directory.people]. Listens at once.
    explicit WatchedDirectory(std::string_view settings);
    ~WatchedDirectory();

    directory::Capabilities capabilities() const { return directory_->capabilities(); }

    // What has been told since the last time, in order: "jane", "everything", "begun". Waits until
    // something is, and a little longer for what should not be.
    std::vector<std::string> heard();
    // Waits for the end of listening.
    bool ends();
    // Why it ended; "" while it has not.
    std::string why() const;
    void listen();  // after the end
    bool stops();   // when it is cancelled
    void run_for(std::chrono::milliseconds time);
    // Octets of this thread's heap in use, as many as there were while it listened.
    std::size_t most_heap() const { return most_heap_; }

 private:
    class Recorder;
    template <class Predicate>
    bool run_until(Predicate holds, std::chrono::milliseconds patience);

    CapturedLog log_;
    directory::PluginLoader loader_{POSTERN_BINARY_DIR "/lib/postern/backends"};
    crypto::HashPool hash_pool_{{.threads = 1}};
    asio::io_context io_{1};
    std::unique_ptr<Recorder> recorder_;
    std::unique_ptr<directory::Directory> directory_;
    std::unique_ptr<Running<void>> listening_;
    std::size_t most_heap_ = 0;
};

}  // namespace postern::test
