#include "support/watched_directory.hpp"

#include <malloc.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <utility>

namespace postern::test {

using namespace std::chrono_literals;

class WatchedDirectory::Recorder final : public directory::Changes {
 public:
    void account_changed(std::string_view name) override { heard.emplace_back(name); }
    void everything_changed() override { heard.emplace_back("everything"); }
    void begun() override { heard.emplace_back("begun"); }

    std::vector<std::string> heard;
};

WatchedDirectory::WatchedDirectory(std::string_view settings)
    : recorder_(std::make_unique<Recorder>()) {
    std::signal(SIGPIPE, SIG_IGN);
    auto document = config::Document::parse("[directory.people]\n" + std::string(settings), "t");
    auto section = document.root().table("directory").table("people");
    const auto& plugin = loader_.load(section.text("type"));
    directory_ = plugin.create({io_, hash_pool_, {}, {}, log_, "people"}, section);
    if (!directory_) throw std::runtime_error(document.problems().front().text());
    listen();
}

WatchedDirectory::~WatchedDirectory() {
    listening_->cancel();
    ends();
    directory_.reset();
    io_.restart();
    io_.run_for(1s);  // what it has spawned ends
}

template <class Predicate>
bool WatchedDirectory::run_until(Predicate holds, std::chrono::milliseconds patience) {
    const auto deadline = net::Clock::now() + patience;
    while (!holds() && net::Clock::now() < deadline) {
        io_.restart();
        io_.run_one_until(deadline);
        most_heap_ = std::max<std::size_t>(most_heap_, ::mallinfo2().uordblks);
    }
    return holds();
}

std::vector<std::string> WatchedDirectory::heard() {
    run_until([this] { return !recorder_->heard.empty() || listening_->done(); }, 10s);
    run_for(200ms);
    return std::exchange(recorder_->heard, {});
}

bool WatchedDirectory::ends() {
    return run_until([this] { return listening_->done(); }, 20s);
}

std::string WatchedDirectory::why() const {
    if (!listening_->done()) return "";
    try {
        listening_->value();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "it ended";
}

void WatchedDirectory::listen() {
    listening_ = std::make_unique<Running<void>>(io_, directory_->watch(*recorder_));
}

bool WatchedDirectory::stops() {
    listening_->cancel();
    return ends();
}

void WatchedDirectory::run_for(std::chrono::milliseconds time) {
    run_until([] { return false; }, time);
}

}  // namespace postern::test
