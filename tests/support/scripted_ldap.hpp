#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace postern::test {

// A request as far as scripts care (RFC 4511).
struct LdapRequest {
    enum class Kind { bind, search, other };
    Kind kind = Kind::other;
    std::string id;                       // of the message, as it came
    std::string dn;                       // of a bind; the base of a search
    std::string password;                 // of a bind
    std::vector<std::string> attributes;  // that a search wants
};

// What a server says, in BER (RFC 4511 5.1).
using LdapAttributes = std::map<std::string, std::vector<std::string>>;
std::string ldap_entry(const LdapRequest& request, const std::string& dn,
                       const LdapAttributes& attributes);
// The end of a search or the answer to a bind. `control`: a control's OID and its value.
std::string ldap_result(const LdapRequest& request, int code = 0, const std::string& words = "",
                        const std::optional<std::pair<std::string, std::string>>& control = {});

// An LDAP server that says what a test wants, for what no real one can be brought to say.
class ScriptedLdap {
 public:
    // On the server's own thread. nullopt: it closes the connection.
    using Answer = std::function<std::optional<std::string>(const LdapRequest& request)>;

    explicit ScriptedLdap(Answer answer);
    ~ScriptedLdap();

    std::string url() const;

 private:
    boost::asio::awaitable<void> accept();
    boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket client);

    Answer answer_;
    boost::asio::io_context io_{1};
    boost::asio::ip::tcp::acceptor acceptor_;
    std::thread thread_;
};

}  // namespace postern::test
