#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>

namespace postern::cache {

// Records of one directory that should stand otherwise in Redis, which could not be told: they are
// not believed, and made blank as soon as that can be done. It outlives a reload of the settings,
// which would bring back an old password otherwise. From any thread.
class LostRecords {
 public:
    static constexpr std::size_t most = 10'000;  // beyond it all are lost

    void add(const std::string& record);
    void add_all();
    void remove(const std::string& record);
    void clear();

    bool contains(const std::string& record) const;
    bool empty() const;
    bool all() const;
    // Any of them; nullopt: there is none, or all are lost.
    std::optional<std::string> one() const;

 private:
    mutable std::mutex mutex_;
    std::unordered_set<std::string> records_;
    bool all_ = false;
};

// Those of every directory, as long as it has a Store or something is lost. From any thread.
class LostByDirectory {
 public:
    // `directory`: a name that no other one has under any key or settings.
    std::shared_ptr<LostRecords> of(const std::string& directory);

 private:
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<LostRecords>> lost_;
};

}  // namespace postern::cache
