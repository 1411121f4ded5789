#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace postern::cache {

// Numbers of a fixed width, the high octet first; texts with their length, four octets, in front.
class Writer {
 public:
    explicit Writer(std::string begin) : octets_(std::move(begin)) {}

    template <class Number>
    void number(Number value) {
        for (std::size_t i = sizeof value; i > 0; --i)
            octets_ += static_cast<char>(value >> (8 * (i - 1)) & 0xFF);
    }
    void octets(std::string_view octets) { octets_ += octets; }
    void text(std::string_view text) {
        number<std::uint32_t>(static_cast<std::uint32_t>(text.size()));
        octets(text);
    }
    std::string take() { return std::move(octets_); }

 private:
    std::string octets_;
};

// What was read is asked about at the end: after a fault everything reads as zero and empty. Views
// point into what is read.
class Reader {
 public:
    explicit Reader(std::string_view octets) : rest_(octets) {}

    template <class Number>
    Number number() {
        std::uint64_t value = 0;
        for (const char octet : octets(sizeof(Number)))
            value = value << 8 | static_cast<std::uint8_t>(octet);
        return static_cast<Number>(value);
    }
    std::string_view octets(std::size_t size) {
        if (size > rest_.size()) fail();
        const auto octets = rest_.substr(0, good_ ? size : 0);
        rest_.remove_prefix(octets.size());
        return octets;
    }
    std::string_view text() { return octets(number<std::uint32_t>()); }

    void fail() {
        good_ = false;
        rest_ = {};
    }
    bool good() const { return good_; }
    bool at_end() const { return good_ && rest_.empty(); }

 private:
    std::string_view rest_;
    bool good_ = true;
};

}  // namespace postern::cache
