// What is found wrong with one setting.
#pragma once

#include <string>
#include <utility>

#include "config/source.hpp"

namespace postern::config {

class SettingReport {
 public:
    // `name` is that of the setting; it stands before every finding.
    SettingReport(Source& source, std::string name) : source_(source), name_(std::move(name)) {}

    void operator()(Place place, const std::string& what, std::string hint) {
        good_ = false;
        source_.report(place, name_ + ": " + what, std::move(hint));
    }
    // At an octet of a text.
    void operator()(const Value& text, std::size_t offset, const std::string& what,
                    std::string hint) {
        // To find the place takes a walk through the file: not for what nobody will see.
        const Place place = source_.is_full() ? text.place : source_.place_in(text, offset);
        (*this)(place, what, std::move(hint));
    }
    bool is_good() const { return good_; }
    const Source& source() const { return source_; }

 private:
    Source& source_;
    std::string name_;
    bool good_ = true;
};

}  // namespace postern::config
