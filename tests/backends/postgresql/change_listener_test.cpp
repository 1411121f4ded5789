#include "postgresql/change_listener.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "postgresql/sql_text.hpp"

namespace postern::postgresql {
namespace {

using testing::ElementsAre;

class Told final : public directory::Changes {
 public:
    void account_changed(std::string_view name) override { all.push_back(std::string(name)); }
    void everything_changed() override { all.emplace_back("everything"); }
    void begun() override { all.emplace_back("begun"); }
    std::vector<std::string> all;
};

TEST(ChangeListener, APayloadIsAPrincipalsNameAndNoneIsEverybody) {
    Told told;
    for (const auto* payload : {"jane", "", "CN=Jane \"J\" Doe", "*", "bücher"})
        tell_change(payload, told);
    EXPECT_THAT(told.all, ElementsAre("jane", "everything", "CN=Jane \"J\" Doe", "*", "bücher"));
}

TEST(ChangeListener, AChannelIsReadOctetByOctet) {
    const std::pair<const char*, const char*> cases[] = {
        {"postern_changed", "\"postern_changed\""},
        {"Mail Changed", "\"Mail Changed\""},
        {"a\"; DROP TABLE users; --", "\"a\"\"; DROP TABLE users; --\""},
        {"\"\"", "\"\"\"\"\"\""},
        {"", "\"\""},
    };
    for (const auto& [name, quoted] : cases)
        EXPECT_EQ(quoted_name(name), quoted);
}

}  // namespace
}  // namespace postern::postgresql
