// How many logins a second backends/ldap proves (a search, then a bind), beside what a plain loop
// of libldap reaches with as many connections against the same slapd, in turns. Prints JSON.
#include <ldap.h>

#include <atomic>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/logins.hpp"
#include "support/slapd.hpp"

namespace postern {
namespace {

using bench::Clock;
using test::Slapd;

constexpr int crowd = 10'000;
constexpr int connections = 8;  // of each kind: searches, binds
constexpr int askers = 16;
constexpr int rounds = 5;
constexpr int logins = 8'000;  // of each side in each round

// One connection of libldap's own.
class Plain {
 public:
    explicit Plain(const std::string& url) {
        const int version = LDAP_VERSION3;
        if (ldap_initialize(&ldap_, url.c_str()) != LDAP_SUCCESS) throw std::runtime_error("url");
        ldap_set_option(ldap_, LDAP_OPT_PROTOCOL_VERSION, &version);
        ldap_set_option(ldap_, LDAP_OPT_REFERRALS,
                        LDAP_OPT_OFF);  // it would ask the DNS about each
    }
    ~Plain() { ldap_unbind_ext_s(ldap_, nullptr, nullptr); }
    Plain(const Plain&) = delete;
    Plain& operator=(const Plain&) = delete;

    void bind(const std::string& dn, std::string password) {
        berval credentials{password.size(), password.data()};
        if (ldap_sasl_bind_s(ldap_, dn.c_str(), LDAP_SASL_SIMPLE, &credentials, nullptr, nullptr,
                             nullptr) != LDAP_SUCCESS)
            throw std::runtime_error("bind of " + dn);
    }
    std::string find(const std::string& filter) {
        LDAPMessage* found = nullptr;
        char name[] = "uid", mail[] = "mail", alias[] = "mailAlias", groups[] = "memberOf";
        char* attributes[] = {name, mail, alias, groups, nullptr};
        if (ldap_search_ext_s(ldap_, Slapd::base().c_str(), LDAP_SCOPE_SUBTREE, filter.c_str(),
                              attributes, 0, nullptr, nullptr, nullptr, 2, &found) != LDAP_SUCCESS)
            throw std::runtime_error("search for " + filter);
        auto* entry = ldap_first_entry(ldap_, found);
        if (entry == nullptr) throw std::runtime_error("nobody fits " + filter);
        char* dn = ldap_get_dn(ldap_, entry);
        std::string result(dn);
        ldap_memfree(dn);
        ldap_msgfree(found);
        return result;
    }

 private:
    LDAP* ldap_ = nullptr;
};

double measure_libldap(const Slapd& slapd) {
    std::atomic<int> next{0};
    std::atomic<bool> failed{false};
    const auto begun = Clock::now();
    std::vector<std::thread> threads;
    for (int i = 0; i < connections; ++i)
        threads.emplace_back([&] {
            try {
                Plain search(slapd.url()), binds(slapd.url());
                search.bind(Slapd::service_dn(), std::string(Slapd::service_password));
                for (int n = next++; n < logins; n = next++) {
                    const int number = n % crowd + 1;
                    const auto dn = search.find(
                        "(&(objectClass=inetOrgPerson)(uid=" + Slapd::crowd_name(number) + "))");
                    binds.bind(dn, Slapd::crowd_password(number));
                }
            } catch (const std::exception& error) {
                std::fprintf(stderr, "libldap: %s\n", error.what());
                failed = true;
            }
        });
    for (auto& thread : threads)
        thread.join();
    if (failed) throw std::runtime_error("the loop of libldap failed");
    return bench::per_second(logins, begun);
}

std::string settings(const Slapd& slapd) {
    return "type = \"ldap\"\nurl = \"" + slapd.url() + "\"\nbase-dn = \"" + Slapd::base() +
           "\"\nfilter.name = \"(&(objectClass=inetOrgPerson)(uid=?))\"\n"
           "attributes.email-alias = \"mailAlias\"\nbind.auth.method = \"lookup\"\nbind.dn = \"" +
           Slapd::service_dn() + "\"\nbind.secret = \"" + std::string(Slapd::service_password) +
           "\"\npool.searches = " + std::to_string(connections) +
           "\npool.binds = " + std::to_string(connections) + "\n";
}

void run() {
    const Slapd slapd({.people = crowd, .log = "none"});
    test::DirectoryHost host(settings(slapd));
    host.set_log_level(observe::Level::info);
    const bench::Crowd people{crowd, Slapd::crowd_name, Slapd::crowd_password};
    const auto measure_postern = [&] {
        return bench::logins_per_second(host.service(), people, {logins, askers});
    };
    measure_postern();  // both warm
    double libldap = 0, postern = 0;
    for (int round = 0; round < rounds; ++round) {
        libldap += measure_libldap(slapd) / rounds;
        postern += measure_postern() / rounds;
    }
    std::printf("{\"libldap_per_second\": %.0f, \"postern_per_second\": %.0f, \"ratio\": %.3f}\n",
                libldap, postern, postern / libldap);
}

}  // namespace
}  // namespace postern

int main() {
    return postern::bench::run(postern::run);
}
