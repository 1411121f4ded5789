#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>

#include "support/gateway.hpp"
#include "support/postfix.hpp"

namespace postern::test {

// Under a sanitizer freed memory stays resident for a while, so memory is not judged there.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define POSTERN_SANITIZED
#endif
#endif
#ifdef POSTERN_SANITIZED
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

// What stands behind the gateway.
enum class Behind { maildir, postfix };

inline std::string to_string(Behind behind) {
    return behind == Behind::maildir ? "Maildir" : "Postfix";
}
inline std::ostream& operator<<(std::ostream& out, Behind behind) {
    return out << to_string(behind);
}

// A gateway with one of the two next hops; bob@example.org is somebody's mailbox in both.
class Site {
 public:
    explicit Site(Behind behind) : behind_(behind) {
        if (behind == Behind::postfix) {
            postfix_.emplace();
            gateway_.emplace(relay_settings(),
                             Installation::Values{{"next-hop", postfix_->address()}});
        } else {
            gateway_.emplace(maildir_settings());
        }
    }

    Gateway& gateway() { return *gateway_; }
    Postfix& postfix() { return *postfix_; }
    Maildir inbox() const {
        return behind_ == Behind::maildir ? gateway_->maildir() : postfix_->mailbox("bob");
    }

 private:
    Behind behind_;
    std::optional<Postfix> postfix_;
    std::optional<Gateway> gateway_;
};

// Tests that hold whatever the next hop is. Each kind is started once for the whole suite.
class AnySite : public ::testing::TestWithParam<Behind> {
 protected:
    static void TearDownTestSuite() { sites.clear(); }
    Site& site() {
        auto& found = sites[GetParam()];
        if (!found) found = std::make_unique<Site>(GetParam());
        return *found;
    }
    Gateway& gateway() { return site().gateway(); }

 private:
    static inline std::map<Behind, std::unique_ptr<Site>> sites;
};

inline std::string site_name(const ::testing::TestParamInfo<Behind>& info) {
    return to_string(info.param);
}

#define FOR_BOTH_NEXT_HOPS(Suite)                                                              \
    INSTANTIATE_TEST_SUITE_P(                                                                  \
        Behind, Suite,                                                                         \
        ::testing::Values(::postern::test::Behind::maildir, ::postern::test::Behind::postfix), \
        ::postern::test::site_name)

// A complete message with LF line ends and a subject to find it by.
inline std::string letter(const std::string& subject, const std::string& body = "Hello Bob.\n") {
    return "From: Jane <jane@example.org>\nTo: bob@example.org\nSubject: " + subject +
           "\nDate: Thu, 1 Jan 2026 00:00:00 +0000\nMessage-ID: <" + subject + "@example.org>\n\n" +
           body;
}

// RFC 5321 4.5.2: as it goes over the wire behind DATA, dots stuffed, end of data included.
inline std::string on_the_wire(std::string_view message) {
    std::string result;
    result.reserve(message.size() + message.size() / 32 + 5);
    bool line_start = true;
    for (const char c : message) {
        if (line_start && c == '.') result += '.';
        if (c == '\n') result += '\r';
        result += c;
        line_start = c == '\n';
    }
    return result + ".\r\n";
}

// With CRLF as LF, whichever of them a maildir was written with.
inline std::string unix_lines(std::string text) {
    std::erase(text, '\r');
    return text;
}

}  // namespace postern::test
