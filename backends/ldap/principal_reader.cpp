#include "ldap/principal_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <unordered_set>

#include "address/unicode.hpp"
#include "identity/login.hpp"
#include "ldap/dn.hpp"
#include "ldap/mail_value.hpp"
#include "smtp/ascii.hpp"

namespace postern::ldap {

namespace {

using Names = std::vector<std::string>;

constexpr std::size_t most_values = 10'000;

// Texts in their order, each once by its normal form.
class UniqueTexts {
 public:
    explicit UniqueTexts(std::vector<std::string>& texts) : texts_(texts) {}

    // Whether there was room for it.
    bool add(std::string_view text, std::string normal) {
        if (known_.contains(normal)) return true;
        if (texts_.size() >= most_values) return false;
        known_.insert(std::move(normal));
        texts_.emplace_back(text);
        return true;
    }

 private:
    std::vector<std::string>& texts_;
    std::unordered_set<std::string> known_;
};

class Reader {
 public:
    Reader(const Entry& entry, const AttributeSettings& settings)
        : entry_(entry), settings_(settings) {}

    boost::system::result<Reading, std::string> read(GroupNames groups) {
        if (auto wrong = read_name(); !wrong.empty()) return wrong;
        if (auto wrong = read_state(); !wrong.empty()) return wrong;
        read_addresses();
        read_groups(groups);
        read_delegators();
        read_attributes();
        return std::move(reading_);
    }

    std::vector<std::string> addresses() {
        read_addresses();
        return std::move(reading_.principal.addresses);
    }

 private:
    std::vector<std::string> values(const Names& attributes) const {
        std::vector<std::string> all;
        for (const auto& attribute : attributes)
            std::ranges::move(entry_.values(attribute), std::back_inserter(all));
        return all;
    }

    // The values of an attribute have no order (RFC 4511 4.1.7): of several the one that the DN
    // has.
    std::string one_of(const Names& names, std::string_view attribute) const {
        const auto dn = parse_dn(entry_.dn);
        if (!dn || dn->empty()) return "";
        for (const auto& part : dn->front()) {
            if (!smtp::equal_ignoring_case(part.type, attribute)) continue;
            for (const auto& name : names)
                if (smtp::equal_ignoring_case(part.value, name)) return name;
        }
        return "";
    }

    // A sentence when something is wrong.
    std::string read_name() {
        for (const auto& attribute : settings_.name) {
            const auto plain = entry_.attributes.find(attribute);
            const bool has_plain = plain != entry_.attributes.end() && !plain->second.empty();
            const auto names = has_plain ? plain->second : entry_.values(attribute);
            if (names.empty()) continue;
            const auto name = names.size() == 1 ? names.front() : one_of(names, attribute);
            if (name.empty() && names.size() > 1)
                return fmt::format("the entry has several {} and its DN names none of them",
                                   attribute);
            if (!identity::Login::parse(name))
                return fmt::format(
                    "the entry's {} cannot be a login: empty, longer than 512 octets, not UTF-8, "
                    "or with a control character",
                    attribute);
            reading_.principal.name = name;
            return "";
        }
        return fmt::format("the entry has no {} to be called by",
                           fmt::join(settings_.name, " and no "));
    }

    std::string read_state() {
        constexpr std::int64_t account_disable = 0x2;  // ADS_UF_ACCOUNTDISABLE
        for (const auto& value : entry_.values("userAccountControl")) {
            std::int64_t flags = 0;
            const auto* const end = value.data() + value.size();
            const auto parsed = std::from_chars(value.data(), end, flags);
            if (parsed.ec != std::errc{} || parsed.ptr != end)
                return "the entry's userAccountControl is no number";
            if ((flags & account_disable) != 0) reading_.is_disabled = true;
        }
        // 389-DS and FreeIPA; and OpenLDAP's ppolicy, whose other times are locks that pass.
        if (has("nsAccountLock", "TRUE") || has("pwdAccountLockedTime", "000001010000Z"))
            reading_.is_disabled = true;

        auto classes = settings_.class_names;
        classes.emplace_back("objectClass");
        for (const auto& attribute : classes)
            for (const auto* group : {"group", "posixGroup", "groupOfNames", "groupOfUniqueNames"})
                if (has(attribute, group)) reading_.is_person = false;
        return "";
    }

    bool has(std::string_view attribute, std::string_view value) const {
        return std::ranges::any_of(entry_.values(attribute), [&](const std::string& each) {
            return smtp::equal_ignoring_case(each, value);
        });
    }

    void read_addresses() {
        UniqueTexts addresses(reading_.principal.addresses);
        for (const auto* attributes : {&settings_.email, &settings_.email_alias}) {
            const auto all = values(*attributes);
            for (const bool primary : {true, false})
                for (const auto& value : all)
                    read_address(value, primary, addresses);
        }
    }

    void read_address(std::string_view value, bool primary, UniqueTexts& addresses) {
        const auto mail = parse_mail_value(value);
        if (!mail || mail->is_primary != primary) return;
        auto normal = normalize_mailbox_or_domain(mail->address);
        if (!normal || !addresses.add(mail->address, std::move(*normal))) ++reading_.ignored_values;
    }

    void read_groups(GroupNames names) {
        UniqueTexts dns(reading_.group_dns);
        UniqueTexts groups(reading_.principal.groups);
        for (const auto& value : values(settings_.groups)) {
            auto normal = normalize_dn(value);
            bool is_good = true;
            if (names == GroupNames::name) {
                const auto name = normal ? first_rdn_value(value) : value;
                is_good =
                    name && !name->empty() && address::is_text(*name) && groups.add(*name, *name);
            } else {
                is_good = normal && groups.add(*normal, *normal);
            }
            if (normal && is_good) is_good = dns.add(value, std::move(*normal));
            if (!is_good) ++reading_.ignored_values;
        }
    }

    // An address before a DN: "a=b@example.org" is both, and nobody's entry is called that.
    void read_delegators() {
        UniqueTexts mailboxes(reading_.principal.on_behalf_of);
        UniqueTexts dns(reading_.delegator_dns);
        for (const auto& value : values(settings_.on_behalf_of)) {
            const auto mail = parse_mail_value(value);
            if (!mail) continue;
            bool is_good = false;
            if (auto mailbox = normalize_mailbox(mail->address))
                is_good = mailboxes.add(mail->address, std::move(*mailbox));
            else if (auto dn = normalize_dn(value))
                is_good = dns.add(value, std::move(*dn));
            if (!is_good) ++reading_.ignored_values;
        }
    }

    void read_attributes() {
        auto& attributes = reading_.principal.attributes;
        for (const auto* names : {&settings_.description, &settings_.further}) {
            for (const auto& name : *names) {
                auto all = entry_.values(name);
                reading_.ignored_values += std::erase_if(
                    all, [](const std::string& value) { return !address::is_text(value); });
                if (all.size() > most_values) {
                    reading_.ignored_values += all.size() - most_values;
                    all.resize(most_values);
                }
                if (!all.empty()) attributes.insert_or_assign(name, std::move(all));
            }
        }
    }

    const Entry& entry_;
    const AttributeSettings& settings_;
    Reading reading_;
};

}  // namespace

std::vector<std::string> addresses_of(const Entry& entry, const AttributeSettings& settings) {
    return Reader(entry, settings).addresses();
}

boost::system::result<Reading, std::string> read_principal(const Entry& entry,
                                                           const AttributeSettings& settings,
                                                           GroupNames groups) {
    return Reader(entry, settings).read(groups);
}

}  // namespace postern::ldap
