// Long lists in portions, as Active Directory hands them out beyond 1,500 values and no server that
// can be had does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <map>
#include <string>
#include <thread>

#include "support/directory_host.hpp"

namespace postern {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using test::DirectoryHost;
using testing::HasSubstr;

// --- BER, as much of it as a search needs (RFC 4511 5.1) ---------------------------------------

std::string element(int tag, const std::string& content) {
    const auto size = content.size();
    std::string all(1, static_cast<char>(tag));
    all += '\x83';
    for (const int shift : {16, 8, 0})
        all += static_cast<char>(size >> shift & 0xFF);
    return all + content;
}
std::string octets(const std::string& text) {
    return element(0x04, text);
}

struct Element {
    int tag = 0;
    std::string content;
};
std::size_t read_size(std::string_view text, std::size_t& at) {
    std::size_t size = static_cast<unsigned char>(text.at(at++));
    if (size < 0x80) return size;
    for (auto more = std::exchange(size, 0) & 0x7F; more > 0; --more)
        size = size << 8 | static_cast<unsigned char>(text.at(at++));
    return size;
}
std::vector<Element> elements(std::string_view text) {
    std::vector<Element> all;
    for (std::size_t at = 0; at < text.size();) {
        const int tag = static_cast<unsigned char>(text[at++]);
        const auto size = read_size(text, at);
        all.push_back({tag, std::string(text.substr(at, size))});
        at += size;
    }
    return all;
}

// --- a server of one entry ---------------------------------------------------------------------

using Attributes = std::map<std::string, std::vector<std::string>>;

std::string search_entry(const std::string& dn, const Attributes& attributes) {
    std::string list;
    for (const auto& [name, values] : attributes) {
        std::string set;
        for (const auto& value : values)
            set += octets(value);
        list += element(0x30, octets(name) + element(0x31, set));
    }
    return element(0x64, octets(dn) + element(0x30, list));
}

// Answers every search with the one entry of uid=jane; what it has of proxyAddresses depends on
// what was asked for: "proxyAddresses", or "proxyAddresses;range=1500-*".
class RangeServer {
 public:
    using Portion = std::function<Attributes(const std::string& wanted)>;

    explicit RangeServer(Portion portion)
        : portion_(std::move(portion)), acceptor_(io_, {asio::ip::address_v4::loopback(), 0}) {
        asio::co_spawn(io_, accept(), asio::detached);
        thread_ = std::thread([this] { io_.run(); });
    }
    ~RangeServer() {
        io_.stop();
        thread_.join();
    }

    std::string url() const {
        return "ldap://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
    }

 private:
    asio::awaitable<void> accept() {
        for (;;)
            asio::co_spawn(io_, serve(co_await acceptor_.async_accept(asio::use_awaitable)),
                           asio::detached);
    }

    asio::awaitable<void> serve(tcp::socket client) {
        std::string heard;
        for (;;) {
            char buffer[4096];
            const auto got =
                co_await client.async_read_some(asio::buffer(buffer), asio::use_awaitable);
            heard.append(buffer, got);
            for (std::size_t at = 1; heard.size() > 5;) {
                const auto size = read_size(heard, at);
                if (heard.size() < at + size) break;
                const auto answer = reply(elements(std::string_view(heard).substr(at, size)));
                heard.erase(0, at + size);
                at = 1;
                co_await asio::async_write(client, asio::buffer(answer), asio::use_awaitable);
            }
        }
    }

    std::string reply(const std::vector<Element>& message) const {
        constexpr int search_request = 0x63;
        const auto& [tag, operation] = message.at(1);
        if (tag != search_request) return "";
        const auto id = element(0x02, message.front().content);
        const auto search = elements(operation);
        Attributes attributes{{"uid", {"jane"}}, {"objectClass", {"user"}}};
        for (const auto& wanted : elements(search.at(7).content))
            if (wanted.content.starts_with("proxyAddresses"))
                attributes.merge(portion_(wanted.content));
        const auto success = element(0x0A, std::string(1, '\0')) + octets("") + octets("");
        return element(0x30, id + search_entry("uid=jane,dc=example", attributes)) +
               element(0x30, id + element(0x65, success));
    }

    Portion portion_;
    asio::io_context io_{1};
    tcp::acceptor acceptor_;
    std::thread thread_;
};

std::vector<std::string> addresses(int first, int last) {
    std::vector<std::string> all;
    for (int n = first; n <= last; ++n)
        all.push_back((n == 0 ? "SMTP:jane" : "smtp:jane") + std::to_string(n) + "@example.org");
    return all;
}

std::string range(int first, int last) {
    return "proxyAddresses;range=" + std::to_string(first) + "-" + std::to_string(last);
}

// Of "proxyAddresses;range=1500-*".
int first_wanted(const std::string& wanted) {
    const auto equals = wanted.find('=');
    return equals == std::string::npos ? 0 : std::stoi(wanted.substr(equals + 1));
}

std::string settings(const RangeServer& server) {
    return "type = \"ldap\"\nurl = \"" + server.url() +
           "\"\nbase-dn = \"dc=example\"\nfilter.name = \"(uid=?)\"\n"
           "bind.auth.method = \"lookup\"\nattributes.email = \"proxyAddresses\"\n";
}

// --- the tests ---------------------------------------------------------------------------------

TEST(LdapRange, PortionsAreReadToTheLast) {
    const RangeServer server([](const std::string& wanted) -> Attributes {
        switch (first_wanted(wanted)) {
            case 0:  // the bare attribute comes too, empty
                return {{"proxyAddresses", {}}, {range(0, 1499), addresses(0, 1499)}};
            case 1500:
                return {{"proxyAddresses;Range=1500-2999", addresses(1500, 2999)},
                        {"whenChanged", {"20260101000000.0Z"}}};
            default:
                return {{"proxyAddresses;range=3000-*", addresses(3000, 3999)}};
        }
    });
    DirectoryHost host(settings(server));
    const auto jane = host.principal("jane");
    EXPECT_EQ(jane.addresses.size(), 4000u) << host.log();
    EXPECT_EQ(jane.addresses.front(), "jane0@example.org");
    EXPECT_THAT(jane.addresses, testing::Contains("jane3999@example.org"));
}

TEST(LdapRange, OnePortionMayBeAll) {
    const RangeServer server([](const std::string&) -> Attributes {
        return {{"proxyAddresses;range=0-*", addresses(0, 9)}};
    });
    DirectoryHost host(settings(server));
    EXPECT_EQ(host.principal("jane").addresses.size(), 10u) << host.log();
}

// Whatever cannot be read to its end is no answer: half of the addresses would be a refusal.
TEST(LdapRange, AListWithoutAnEndIsNoAnswer) {
    struct Case {
        std::string name;
        RangeServer::Portion portion;
    };
    const Case cases[] = {
        {"never ends",
         [](const std::string& wanted) -> Attributes {
             const int first = first_wanted(wanted);
             return {{range(first, first + 1), addresses(first, first + 1)}};
         }},
        {"the same portion again",
         [](const std::string&) -> Attributes { return {{range(0, 1), addresses(0, 1)}}; }},
        {"a portion between is missing",
         [](const std::string& wanted) -> Attributes {
             if (first_wanted(wanted) == 0) return {{range(0, 1), addresses(0, 1)}};
             return {{"proxyAddresses;range=4-*", addresses(4, 5)}};
         }},
        {"another attribute goes on",
         [](const std::string& wanted) -> Attributes {
             if (first_wanted(wanted) == 0) return {{range(0, 1), addresses(0, 1)}};
             return {{"telephoneNumber;range=2-*", {"1"}}};
         }},
        {"nothing follows",
         [](const std::string& wanted) -> Attributes {
             if (first_wanted(wanted) == 0) return {{range(0, 1), addresses(0, 1)}};
             return {};
         }},
        {"numbers run out",
         [](const std::string&) -> Attributes {
             return {{"proxyAddresses;range=0-4294967295", addresses(0, 1)}};
         }},
    };
    for (const auto& each : cases) {
        SCOPED_TRACE(each.name);
        const RangeServer server(each.portion);
        DirectoryHost host(settings(server));
        EXPECT_EQ(host.outcome("jane"), "unavailable question") << host.log();
        EXPECT_THAT(host.log(), HasSubstr("directory.odd-entry"));
    }
}

}  // namespace
}  // namespace postern
