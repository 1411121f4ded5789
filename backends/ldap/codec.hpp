#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/secret.hpp"
#include "ldap/answer.hpp"
#include "ldap/content_sync.hpp"

namespace postern::ldap {

enum class SearchScope : std::uint8_t { base, one_level, subtree };
enum class Dereference : std::uint8_t { never, searching, finding, always };

// RFC 2696: a part of a search's answer.
struct Page {
    int entries = 0;
    std::string cookie;  // of the part before; empty: the first one
};

// RFC 4511 4.5.1.
struct Search {
    std::string base;
    SearchScope scope = SearchScope::subtree;
    Dereference dereference = Dereference::never;
    std::string filter = "(objectClass=*)";
    std::vector<std::string> attributes;
    int most_entries = 2;  // 0: as many as the server gives
    // A server that knows no pages answers as if it had not been asked for one.
    std::optional<Page> page = {};
    std::optional<SyncRequest> sync =
        {};  // in place of pages; a server that does not know it fails
};

// Of the root entry: small, and everybody may. Where its answer is of no interest, it shows that
// the server is there.
Search root_search();

// Everything that one request was answered with.
struct Message {
    int id = 0;
    Answer answer;
    std::vector<Entry> entries;
    std::size_t references = 0;  // continuations that a search found and that nobody follows
    std::string value;           // of an extended response
    std::string page_cookie;     // where the next page begins; empty: there is none
};

// One message of an answer that is read as it comes. What means nothing to us has none of it.
struct Part {
    int id = 0;
    std::optional<Entry> entry;
    std::optional<SyncState> state;  // of the entry, RFC 4533
    std::optional<SyncInfo> info;
    std::optional<Answer> end;
    std::string sync_cookie;  // at the end
};

// What came is no LDAP, or too much of it. The connection is of no use any more.
class ProtocolError : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

class DetachedLdap;

// libldap as a codec: requests become octets in `output`, octets that are fed become messages. It
// sees no socket, resolves no name, reads no configuration file and follows no referral. Requests
// return the message id of their answer and throw std::bad_alloc, or std::invalid_argument for what
// libldap cannot encode (a filter of bad syntax). Throws std::system_error when no descriptor is
// left.
class Codec {
 public:
    Codec();
    ~Codec();
    Codec(Codec&&) noexcept;
    Codec& operator=(Codec&&) noexcept;

    int search(const Search& search);
    // Asks for the password policy's answer too. The password must not be empty: that would be
    // anonymous, and would succeed (RFC 4513 5.1.2).
    int bind(const std::string& dn, const crypto::Secret& password);
    int bind_external();  // SASL EXTERNAL, RFC 4422 appendix A
    int start_tls();      // RFC 4511 4.14
    int who_am_i();       // RFC 4532
    void abandon(int id);

    // Octets to be sent, which may hold a password: whoever takes them wipes them.
    std::string take_output();
    // Octets that were received. Throws ProtocolError when a message grows beyond `most_octets`.
    void feed(std::string_view octets);
    // The next message that is complete. Throws ProtocolError when what was fed is no LDAP. A
    // notice of disconnection (RFC 4511 4.4.1) is a ProtocolError with the server's words.
    std::optional<Message> next();
    // In its place, for an answer that is too long to be kept or has no end. Not both of them while
    // an answer is under way.
    std::optional<Part> next_part();
    // Octets are waiting that no message has used: after StartTLS somebody has injected them.
    bool has_unread() const;

    // Of one answer, all its entries together.
    static constexpr std::size_t most_octets = 16 * 1024 * 1024;

 private:
    std::unique_ptr<DetachedLdap> ldap_;
    std::size_t unanswered_octets_ = 0;  // fed since the last message was complete
};

}  // namespace postern::ldap
