#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>

#include "app/generation.hpp"

// What directories say of their settings once they have tried them.
namespace postern::app {

namespace {

namespace asio = net::asio;
using namespace std::chrono_literals;

// For a server that does not answer; who comes later is found by the directory itself.
constexpr auto patience = 5s;

config::Section section_of(config::Document& document, std::string_view directory) {
    constexpr std::string_view older = "remote/";
    const bool is_older = directory.starts_with(older);
    if (is_older) directory.remove_prefix(older.size());
    return document.root().table(is_older ? "remote" : "directory").table(directory);
}

// At its own place, however deep below the section it stands.
void report(config::Section section, const directory::Finding& fault) {
    const auto what = fmt::format("{}.{}: {}", section.name(), fault.setting, fault.sentence);
    std::string_view key = fault.setting;
    for (auto dot = key.find('.'); dot != key.npos; dot = key.find('.')) {
        section = section.table(key.substr(0, dot));
        key.remove_prefix(dot + 1);
    }
    section.problem(key, what, "");
}

net::Task<> start_one(std::shared_ptr<directory::Service> service, config::Section section) {
    const auto faults = co_await service->start(patience);
    for (const auto& fault : faults)
        report(section, fault);
}

}  // namespace

net::Task<> Generation::start_directories(config::Document& document) const {
    const auto executor = co_await net::this_executor();
    const auto begin = [&](const auto& name, const auto& service) {
        return asio::co_spawn(executor, start_one(service, section_of(document, name)),
                              asio::deferred);
    };
    std::vector<decltype(begin("", environment->directories.begin()->second))> starts;
    for (const auto& [name, service] : environment->directories)
        starts.push_back(begin(name, service));
    if (starts.empty()) co_return;
    auto all = asio::experimental::make_parallel_group(std::move(starts));
    const auto [order, failures] =
        co_await all.async_wait(asio::experimental::wait_for_all(), net::use_task);
    for (const auto& failure : failures)
        if (failure) std::rethrow_exception(failure);
}

}  // namespace postern::app
