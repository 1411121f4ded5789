#include "session/meters.hpp"

#include <gtest/gtest.h>

#include "smtp/replies.hpp"

namespace postern::session {
namespace {

using identity::Accepted;
using identity::AuthResult;
using identity::Reason;
using identity::Rejected;
using identity::Scope;
using identity::Source;
using identity::Unavailable;
using namespace std::chrono_literals;

class MetersTest : public testing::Test {
 protected:
    // "name{a,b}" of every counter that is not zero, as "name{a,b} 3".
    std::vector<std::string> counted() const {
        std::vector<std::string> lines;
        for (const auto& sample : registry.samples()) {
            const auto* value = std::get_if<double>(&sample.value);
            if (value == nullptr || *value == 0) continue;
            std::string line(sample.metric.name.substr(std::string_view("postern_").size()));
            for (const auto& label : sample.labels)
                line += "," + label;
            lines.push_back(line + " " + std::to_string(static_cast<int>(*value)));
        }
        return lines;
    }

    using Lines = std::vector<std::string>;
    observe::Registry registry;
    std::map<std::string, int> directories{{"ldap", 0}}, next_hops{{"mta", 0}};
    Meters meters{registry, directories, next_hops};
};

TEST_F(MetersTest, EveryVerdictHasACounterOfItsOwn) {
    meters.auth("ldap", Accepted{{}, Source::stale}, 1ms);
    meters.auth("ldap", Rejected{Reason::not_permitted, "jane", Source::redis}, 1ms);
    meters.auth("ldap", Rejected{Reason::unknown_user, ""}, 1ms);
    meters.auth("ldap", Unavailable{Scope::held, "why"}, 1ms);
    meters.auth("gone", Unavailable{Scope::question, "why"}, 1ms);
    meters.auth_limited(LimitKind::pair);
    meters.auth_aborted(Aborted::cancelled);
    meters.auth_aborted(Aborted::cancelled);
    EXPECT_EQ(counted(),
              (Lines{"auth_total,,aborted,cancelled, 2", "auth_total,,limited,pair, 1",
                     "auth_total,,unavailable,question, 1", "auth_total,ldap,accepted,,stale 1",
                     "auth_total,ldap,rejected,not_permitted,redis 1",
                     "auth_total,ldap,rejected,unknown_user,directory 1",
                     "auth_total,ldap,unavailable,held, 1"}));
}

TEST_F(MetersTest, ReplyCodesDecideWhatBecameOfACommand) {
    const auto& mta = meters.next_hop("mta");
    mta.count(Meters::Command::mail, smtp::Reply(250, "2.1.0", "ok"));
    mta.count(Meters::Command::rcpt, smtp::Reply(450, "4.2.0", "later"));
    mta.count(Meters::Command::message, smtp::Reply(554, "5.6.0", "no"));
    meters.next_hop("gone").count(Meters::Command::mail, smtp::Reply(550, "5.1.0", "no"));
    EXPECT_EQ(counted(),
              (Lines{"relay_total,,MAIL,refused 1", "relay_total,mta,DATA,refused 1",
                     "relay_total,mta,MAIL,accepted 1", "relay_total,mta,RCPT,deferred 1"}));
}

TEST_F(MetersTest, RulesConnectionsAndTlsAreCounted) {
    for (const auto rule : {Rule::sender, Rule::header_sender, Rule::header, Rule::relay})
        meters.refused(rule);
    meters.connection(true);
    meters.connection(false);
    meters.tls("TLSv1.3");
    meters.tls("");
    meters.tls("TLSv9");
    EXPECT_EQ(counted(),
              (Lines{"connections_total,accepted 1", "connections_total,refused 1",
                     "refused_total,header 1", "refused_total,header-sender 1",
                     "refused_total,relay 1", "refused_total,sender 1",
                     "tls_handshakes_total,TLSv1.3 1", "tls_handshakes_total,failed 2"}));
}

TEST_F(MetersTest, AReloadGoesOnCounting) {
    meters.connection(true);
    const Meters next(registry, directories, next_hops);
    next.connection(true);
    EXPECT_EQ(counted(), Lines{"connections_total,accepted 2"});
}

}  // namespace
}  // namespace postern::session
