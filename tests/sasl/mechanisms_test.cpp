#include <gtest/gtest.h>

#include "sasl/mechanism.hpp"
#include "sasl/step_text.hpp"

namespace postern::sasl {

TEST(Mechanisms, AreFoundInAnyCase) {
    for (const auto* name : {"PLAIN", "plain", "Plain"}) {
        ASSERT_NE(find_mechanism(name), nullptr);
        EXPECT_EQ(find_mechanism(name)->name, "PLAIN");
    }
    ASSERT_NE(find_mechanism("lOgIn"), nullptr);
    for (const auto* name : {"", "PLAI", "PLAIN ", "PLAINX", "CRAM-MD5", "ANONYMOUS", "EXTERNAL"})
        EXPECT_EQ(find_mechanism(name), nullptr) << name;
}

// RFC 4422 3.1: the names go into EHLO as they stand.
TEST(Mechanisms, AreMadeFreshAndCalledProperly) {
    EXPECT_EQ(mechanisms().size(), 2U);
    for (const MechanismKind& kind : mechanisms()) {
        EXPECT_EQ(find_mechanism(kind.name), &kind);
        EXPECT_LE(kind.name.size(), 20U);
        EXPECT_TRUE(kind.reveals_password);
        const auto one = kind.make();
        EXPECT_TRUE(text_of(one->start(std::nullopt)).starts_with("challenge ["));
        EXPECT_NE(kind.make(), one);
    }
}

}  // namespace postern::sasl
