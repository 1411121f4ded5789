#include "net/resolver.hpp"

#include <boost/asio/detached.hpp>
#include <latch>
#include <thread>

#include "net/harness.hpp"

namespace postern::net {
namespace {

// What a name server would say, and how often it was asked.
struct FakeDns {
    std::mutex mutex;
    std::map<std::string, BackgroundResolver::Addresses> answers;
    std::map<std::string, int> asked;

    BackgroundResolver::Lookup lookup() {
        return [this](const std::string& host) {
            const std::lock_guard lock(mutex);
            ++asked[host];
            return answers[host];
        };
    }
    int times_asked(const std::string& host) {
        const std::lock_guard lock(mutex);
        return asked[host];
    }
    void set(const std::string& host, std::initializer_list<const char*> addresses) {
        const std::lock_guard lock(mutex);
        answers[host].clear();
        for (const char* address : addresses)
            answers[host].push_back(asio::ip::make_address(address));
    }
};

std::string text_of(const BackgroundResolver& resolver, std::size_t index) {
    std::string text;
    const auto snapshot = resolver.snapshot();
    for (const auto& endpoint : snapshot->at(index).endpoints) {
        const HostPort each{endpoint.address().to_string(), endpoint.port()};
        text += (text.empty() ? "" : " ") + each.text();
    }
    return text;
}

// Runs the resolver until `done` holds.
void resolve_until(BackgroundResolver& resolver, const std::function<bool()>& done) {
    const auto watch = [&]() -> Task<> {
        while (!done())
            co_await sleep_for(1ms);
        throw system_error(asio::error::eof);
    };
    EXPECT_EQ(run(error_of(both(resolver.run(), watch()))), asio::error::eof);
}

TEST(BackgroundResolver, LiteralAddressesAreThereFromTheStart) {
    const BackgroundResolver resolver({{"127.0.0.1", 25}, {"::1", 587}});
    EXPECT_TRUE(resolver.complete());
    EXPECT_EQ(text_of(resolver, 0), "127.0.0.1:25");
    EXPECT_EQ(text_of(resolver, 1), "[::1]:587");
}

TEST(BackgroundResolver, FindsNamesInTheBackgroundInTheOrderOfTheHosts) {
    FakeDns dns;
    dns.set("mx1", {"192.0.2.1", "2001:db8::1", "192.0.2.1"});
    dns.set("mx2", {});
    BackgroundResolver resolver({{"mx1", 25}, {"127.0.0.1", 26}, {"mx2", 27}}, 1h, dns.lookup());
    EXPECT_FALSE(resolver.complete());
    EXPECT_EQ(text_of(resolver, 0), "");
    EXPECT_EQ(text_of(resolver, 1), "127.0.0.1:26");
    const auto before = resolver.snapshot();

    resolve_until(resolver, [&] { return resolver.complete(); });
    EXPECT_EQ(text_of(resolver, 0), "192.0.2.1:25 [2001:db8::1]:25") << "each address once";
    EXPECT_EQ(text_of(resolver, 1), "127.0.0.1:26");
    EXPECT_EQ(text_of(resolver, 2), "") << "does not exist, which is an answer too";
    EXPECT_TRUE(before->at(0).endpoints.empty()) << "a snapshot does not change";
    EXPECT_EQ(resolver.snapshot()->at(2).name.text(), "mx2:27");
}

TEST(BackgroundResolver, AsksAgainAndFollowsChanges) {
    FakeDns dns;
    dns.set("mx1", {"192.0.2.1"});
    BackgroundResolver resolver({{"mx1", 25}}, 5ms, dns.lookup());
    resolve_until(resolver, [&] { return text_of(resolver, 0) == "192.0.2.1:25"; });
    dns.set("mx1", {"192.0.2.2"});
    resolve_until(resolver, [&] { return text_of(resolver, 0) == "192.0.2.2:25"; });
}

TEST(BackgroundResolver, KeepsTheOldAddressesWhenTheNameServerIsGone) {
    FakeDns dns;
    dns.set("mx1", {"192.0.2.1"});
    BackgroundResolver resolver({{"mx1", 25}}, 5ms, dns.lookup());
    resolve_until(resolver, [&] { return resolver.complete(); });
    dns.set("mx1", {});
    const int before = dns.times_asked("mx1");
    resolve_until(resolver, [&] { return dns.times_asked("mx1") >= before + 3; });
    EXPECT_EQ(text_of(resolver, 0), "192.0.2.1:25");
}

TEST(BackgroundResolver, ASlowNameDelaysNoOtherAndNoEnd) {
    const auto leave = std::make_shared<std::latch>(1);
    BackgroundResolver resolver(
        {{"slow", 25}, {"quick", 25}}, 1h, [leave](const std::string& host) {
            if (host == "slow") leave->wait();
            return BackgroundResolver::Addresses{asio::ip::make_address("192.0.2.7")};
        });
    resolve_until(resolver, [&] { return text_of(resolver, 1) == "192.0.2.7:25"; });
    EXPECT_EQ(text_of(resolver, 0), "");
    EXPECT_FALSE(resolver.complete());
    leave->count_down();
}

TEST(BackgroundResolver, ALookupThatThrowsIsOneThatFoundNothing) {
    BackgroundResolver resolver({{"mx1", 25}}, 1h,
                                [](const std::string&) -> BackgroundResolver::Addresses {
                                    throw std::runtime_error("confused");
                                });
    resolve_until(resolver, [&] { return resolver.complete(); });
    EXPECT_EQ(text_of(resolver, 0), "");
}

TEST(BackgroundResolver, TheSystemKnowsLocalhost) {
    const auto addresses = BackgroundResolver::system_lookup("localhost");
    ASSERT_FALSE(addresses.empty());
    for (const auto& address : addresses)
        EXPECT_TRUE(address.is_loopback()) << address;
    EXPECT_TRUE(BackgroundResolver::system_lookup("").empty());
}

}  // namespace
}  // namespace postern::net
