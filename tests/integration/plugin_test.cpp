// A backend built outside the tree, against an install prefix and nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "directory/stack.hpp"
#include "support/fake_directory.hpp"
#include "support/process.hpp"
#include "support/run_task.hpp"
#include "support/temporary_directory.hpp"

namespace postern {
namespace {

namespace fs = std::filesystem;
using directory::PluginLoader;
using testing::HasSubstr;

class QuietLog final : public observe::Log {};

void run(const std::vector<std::string>& arguments) {
    auto finished = test::run({arguments, {}, ""}, test::Process::Seconds(300));
    ASSERT_EQ(finished.status, 0) << finished.output << finished.errors;
}

class Plugin : public testing::Test {
 protected:
    static void SetUpTestSuite() {
        prefix = new test::TemporaryDirectory();
        run({"cmake", "--install", POSTERN_BINARY_DIR, "--prefix", prefix->path().string()});
    }
    static void TearDownTestSuite() { delete prefix; }

    // Builds the toy with further compiler flags, as a stranger would; where it is then.
    fs::path build_toy(const std::string& flags = "") {
        auto source = fs::path(POSTERN_SOURCE_DIR) / "tests/integration/toy_backend";
        run({"cmake", "-G", "Ninja", "-S", source.string(), "-B", (build / "toy").string(),
             "-DCMAKE_CXX_COMPILER=" POSTERN_CXX_COMPILER, "-DCMAKE_BUILD_TYPE=Debug",
             "-DCMAKE_CXX_FLAGS=" + flags, "-DCMAKE_PREFIX_PATH=" + prefix->path().string()});
        run({"cmake", "--build", (build / "toy").string()});
        return build / "toy";
    }

    static test::TemporaryDirectory* prefix;
    test::TemporaryDirectory build;
};

test::TemporaryDirectory* Plugin::prefix = nullptr;

TEST_F(Plugin, ABackendOfSomebodyElseIsLoadedAndAnswers) {
    PluginLoader loader(build_toy());
    ASSERT_FALSE(HasFatalFailure());
    QuietLog log;
    crypto::HashPool hash_pool({.threads = 1});
    auto document = config::Document::parse(
        "[people]\ntype = \"toy\"\npassword = \"open sesame\"\n", "toy.toml");
    auto section = document.root().table("people");
    auto service = directory::make_service("people", section, {loader, hash_pool, {}, {}, log});
    document.report_unknown_keys();
    ASSERT_THAT(document.problems(), testing::IsEmpty());
    ASSERT_TRUE(service);
    EXPECT_FALSE(service->capabilities().can_look_up);

    auto right = test::run_task(service->authenticate(test::credentials("jane", "open sesame")));
    ASSERT_TRUE(std::holds_alternative<identity::Accepted>(right));
    EXPECT_EQ(std::get<identity::Accepted>(right).principal.name, "toy-jane");
    auto wrong = test::run_task(service->authenticate(test::credentials("jane", "guess")));
    EXPECT_TRUE(std::holds_alternative<identity::Rejected>(wrong));
}

TEST_F(Plugin, OneOfAnotherAbiIsRefusedWithAClearSentence) {
#ifdef _GLIBCXX_ASSERTIONS
    auto folder = build_toy("-U_GLIBCXX_ASSERTIONS");
#else
    auto folder = build_toy("-D_GLIBCXX_ASSERTIONS");
#endif
    ASSERT_FALSE(HasFatalFailure());
    try {
        PluginLoader(folder).load("toy");
        FAIL() << "it was loaded";
    } catch (const directory::PluginError& error) {
        EXPECT_THAT(error.what(), HasSubstr("the backend \"toy\""));
        EXPECT_THAT(error.what(), HasSubstr("was built for another Postern"));
        EXPECT_THAT(error.hint(), HasSubstr("rebuild it against the headers of this Postern"));
    }
}

// The package may be moved, and says nothing of where it was built.
TEST_F(Plugin, NoPathOfTheBuildIsInstalled) {
    for (const auto& entry : fs::recursive_directory_iterator(prefix->path())) {
        auto name = entry.path().filename().string();
        bool is_text =
            name.ends_with(".cmake") || name.ends_with(".hpp") || name.ends_with(".toml");
        if (!entry.is_regular_file() || !is_text) continue;
        auto octets = test::read_file(entry.path());
        for (const char* path : {POSTERN_SOURCE_DIR, POSTERN_BINARY_DIR})
            EXPECT_EQ(octets.find(path), std::string::npos) << entry.path() << " has " << path;
    }
}

TEST_F(Plugin, TheInstalledBackendsAreWhereTheInstalledProgramLooks) {
    PluginLoader installed(prefix->path() / "bin/../lib/postern/backends");
    EXPECT_THAT(installed.installed(), testing::Contains("memory"));
    EXPECT_STREQ(installed.load("memory").type, "memory");
}

}  // namespace
}  // namespace postern
