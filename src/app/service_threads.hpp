#pragma once

#include <memory>
#include <string>
#include <vector>

#include "directory/service.hpp"

namespace postern::app {

// Owns every directory until its thread has come to its end, so that whoever lets one go waits for
// nothing, however long a plugin blocks. Outlives all that it has given out; on one thread, but for
// what is given out.
class ServiceThreads {
 public:
    ServiceThreads() = default;
    ~ServiceThreads();  // waits for those that are left
    ServiceThreads(const ServiceThreads&) = delete;
    ServiceThreads& operator=(const ServiceThreads&) = delete;

    // For all who use it. It begins to end when the last of them lets it go, on whatever thread.
    std::shared_ptr<directory::Service> keep(std::unique_ptr<directory::Service> service);
    // Destroys those that have ended.
    void collect();
    // Of those that have not, as of the last `collect`.
    std::vector<std::string> names() const;

 private:
    std::vector<std::unique_ptr<directory::Service>> services_;
};

}  // namespace postern::app
