#include "cache/lost_records.hpp"

namespace postern::cache {

void LostRecords::add(const std::string& record) {
    const std::scoped_lock lock(mutex_);
    if (records_.size() < most)
        records_.insert(record);
    else
        all_ = true;
}

void LostRecords::add_all() {
    const std::scoped_lock lock(mutex_);
    all_ = true;
}

void LostRecords::remove(const std::string& record) {
    const std::scoped_lock lock(mutex_);
    records_.erase(record);
}

void LostRecords::clear() {
    const std::scoped_lock lock(mutex_);
    records_.clear();
    all_ = false;
}

bool LostRecords::contains(const std::string& record) const {
    const std::scoped_lock lock(mutex_);
    return all_ || records_.contains(record);
}

bool LostRecords::empty() const {
    const std::scoped_lock lock(mutex_);
    return !all_ && records_.empty();
}

bool LostRecords::all() const {
    const std::scoped_lock lock(mutex_);
    return all_;
}

std::optional<std::string> LostRecords::one() const {
    const std::scoped_lock lock(mutex_);
    if (all_ || records_.empty()) return std::nullopt;
    return *records_.begin();
}

std::shared_ptr<LostRecords> LostByDirectory::of(const std::string& directory) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(lost_, [](const auto& each) {
        return each.second.use_count() == 1 && each.second->empty();
    });
    auto& lost = lost_[directory];
    if (!lost) lost = std::make_shared<LostRecords>();
    return lost;
}

}  // namespace postern::cache
