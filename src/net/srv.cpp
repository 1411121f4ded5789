#include "net/srv.hpp"

#include <arpa/nameser.h>
#include <resolv.h>

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>

namespace postern::net {

std::vector<SrvRecord> parse_srv_answer(std::span<const unsigned char> answer) {
    std::vector<SrvRecord> records;
    ns_msg message;
    if (ns_initparse(answer.data(), static_cast<int>(answer.size()), &message) != 0) return records;
    for (int i = 0; i < ns_msg_count(message, ns_s_an); ++i) {
        ns_rr record;
        if (ns_parserr(&message, ns_s_an, i, &record) != 0) return records;
        const auto* data = ns_rr_rdata(record);
        if (ns_rr_type(record) != ns_t_srv || ns_rr_rdlen(record) < 7) continue;
        std::array<char, NS_MAXDNAME> name{};
        const auto* begin = ns_msg_base(message);
        if (dn_expand(begin, ns_msg_end(message), data + 6, name.data(), name.size()) < 0) continue;
        const auto number = [data](int at) {
            return static_cast<std::uint16_t>(ns_get16(data + at));
        };
        const HostPort target{name.data(), number(4)};
        if (!target.host.empty() && target.port != 0)
            records.push_back({number(0), number(2), target});
    }
    return records;
}

std::vector<HostPort> in_order(std::vector<SrvRecord> records, std::minstd_rand& random) {
    std::vector<HostPort> order;
    std::ranges::sort(records, {}, &SrvRecord::priority);
    while (!records.empty()) {
        const auto priority = records.front().priority;
        const auto others = std::ranges::find_if(
            records, [priority](const SrvRecord& each) { return each.priority != priority; });
        const auto sum = std::accumulate(
            records.begin(), others, 0U,
            [](unsigned so_far, const SrvRecord& each) { return so_far + each.weight; });
        auto drawn = std::uniform_int_distribution<unsigned>(0, sum)(random);
        auto chosen = records.begin();
        while (std::next(chosen) != others && drawn > chosen->weight)
            drawn -= chosen++->weight;
        order.push_back(chosen->target);
        records.erase(chosen);
    }
    return order;
}

std::vector<SrvRecord> look_up_srv(const std::string& name) {
    struct __res_state resolver{};
    if (res_ninit(&resolver) != 0) return {};
    const auto close = [](struct __res_state* state) { res_nclose(state); };
    const std::unique_ptr<struct __res_state, decltype(close)> owner(&resolver, close);
    std::vector<unsigned char> answer(64 * 1024);
    const int size = res_nsearch(&resolver, name.c_str(), ns_c_in, ns_t_srv, answer.data(),
                                 static_cast<int>(answer.size()));
    if (size < 0) return {};
    answer.resize(std::min(answer.size(), static_cast<std::size_t>(size)));
    return parse_srv_answer(answer);
}

}  // namespace postern::net
