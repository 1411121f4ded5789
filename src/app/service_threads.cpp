#include "app/service_threads.hpp"

namespace postern::app {

using directory::Service;

// Those that are made of others came after them, and use them to their end.
ServiceThreads::~ServiceThreads() {
    while (!services_.empty())
        services_.pop_back();
}

std::shared_ptr<Service> ServiceThreads::keep(std::unique_ptr<Service> service) {
    services_.push_back(std::move(service));
    return {services_.back().get(), [](Service* unused) { unused->end(); }};
}

void ServiceThreads::collect() {
    std::erase_if(services_, [](const auto& each) { return each->has_ended(); });
}

std::vector<std::string> ServiceThreads::names() const {
    std::vector<std::string> names;
    for (const auto& each : services_)
        names.push_back(each->name());
    return names;
}

}  // namespace postern::app
