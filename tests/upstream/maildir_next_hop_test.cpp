#include "upstream/maildir_next_hop.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <csignal>
#include <fstream>
#include <thread>

#include "support/eventually.hpp"
#include "support/temporary_directory.hpp"
#include "upstream/conversation.hpp"
#include "upstream/maildir_connection.hpp"
#include "upstream/maildir_delivery.hpp"

namespace postern::upstream {
namespace {

using namespace test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

std::vector<fs::path> files_in(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& each : fs::directory_iterator(folder, error))
        files.push_back(each.path());
    return files;
}

class MaildirNextHopTest : public testing::Test {
 protected:
    MaildirNextHopTest() { settings.path = directory / "mail"; }

    MaildirNextHop hop() { return {"drop", settings, "gate.example.net", *pool, log}; }
    // Once the pool has ended, everything that was posted to it has been done.
    void settle() { pool = std::make_unique<net::BlockingPool>(2, 64); }

    std::size_t files_below(std::string_view part) const {
        std::size_t count = 0;
        for (const auto& each : fs::recursive_directory_iterator(directory.path())) {
            count += each.is_regular_file() && each.path().parent_path().filename() == part ? 1 : 0;
        }
        return count;
    }

    TemporaryDirectory directory;
    CapturedLog log;
    MaildirSettings settings;
    std::unique_ptr<net::BlockingPool> pool = std::make_unique<net::BlockingPool>(2, 64);
};

TEST_F(MaildirNextHopTest, AMessageIsInNewWhenItIsAcknowledged) {
    auto drop = hop();
    const auto heard = run(deliver(drop, {}));
    ASSERT_TRUE(heard.delivered) << heard.text();
    const auto files = files_in(settings.path / "new");
    ASSERT_EQ(files.size(), 1U);
    EXPECT_EQ(read_file(files[0]),
              "Return-Path: <jane@example.org>\nSubject: hello\n\n.dot\nend\n");
    EXPECT_NE(heard.replies.back().summary().find(files[0].filename().string()), std::string::npos);
    EXPECT_EQ(files_below("tmp"), 0U);
}

TEST_F(MaildirNextHopTest, FoldersAndFilesAreTheirOwnersAlone) {
    auto drop = hop();
    ASSERT_TRUE(run(deliver(drop, {})).delivered);
    for (const char* part : {"", "tmp", "new", "cur"}) {
        EXPECT_EQ(fs::status(settings.path / part).permissions(), fs::perms::owner_all) << part;
    }
    EXPECT_EQ(fs::status(files_in(settings.path / "new").at(0)).permissions(),
              fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(MaildirNextHopTest, TheNullReversePathIsOne) {
    auto drop = hop();
    Letter letter;
    letter.mail = mail_from("");
    ASSERT_TRUE(run(deliver(drop, letter)).delivered);
    EXPECT_TRUE(read_file(files_in(settings.path / "new").at(0)).starts_with("Return-Path: <>\n"));
}

TEST_F(MaildirNextHopTest, EveryRecipientHasAMaildirAndTheMessageIsOnTheDiskOnce) {
    settings.per_recipient = true;
    auto drop = hop();
    Letter letter;
    letter.recipients.push_back(rcpt_to("a@example.com"));
    letter.recipients.push_back(rcpt_to("\"../../x\"@example.com"));
    ASSERT_TRUE(run(deliver(drop, letter)).delivered);
    ino_t inode = 0;
    for (const char* folder : {"a@example.com", "b@example.com", "%2E.%2F..%2Fx@example.com"}) {
        const auto files = files_in(settings.path / folder / "new");
        ASSERT_EQ(files.size(), 1U) << folder;
        struct stat status{};
        ASSERT_EQ(::stat(files[0].c_str(), &status), 0);
        EXPECT_EQ(status.st_nlink, 3U);
        EXPECT_TRUE(inode == 0 || inode == status.st_ino);
        inode = status.st_ino;
    }
    EXPECT_EQ(files_in(settings.path).size(), 3U);
    EXPECT_EQ(files_in(directory.path()).size(), 1U);
    EXPECT_EQ(files_below("tmp"), 0U);
}

TEST_F(MaildirNextHopTest, OneFolderThatCannotBeUsedStopsTheWholeMessage) {
    settings.per_recipient = true;
    fs::create_directories(settings.path / "b@example.com");
    write_file(settings.path / "b@example.com" / "new", "a file where a folder should be");
    auto drop = hop();
    const auto heard = run(deliver(drop, {}));
    EXPECT_FALSE(heard.delivered);
    EXPECT_EQ(heard.replies.back().code, 451);
    settle();
    EXPECT_EQ(files_below("new"), 0U);
    EXPECT_EQ(files_below("tmp"), 0U);
    EXPECT_EQ(log.count("relay.failed s1 192.0.2.1"), 1U) << log.text();
}

// When the link into the last folder fails, the first ones must not keep the message.
TEST_F(MaildirNextHopTest, AMessageIsInEveryMaildirOrInNone) {
    const auto one = directory / "one", two = directory / "two";
    auto delivery = std::make_unique<MaildirDelivery>(std::vector{one, two}, "name");
    ASSERT_FALSE(delivery->begin());
    ASSERT_FALSE(delivery->write("hello\n"));
    write_file(two / "new" / "name", "somebody was faster");
    EXPECT_TRUE(delivery->commit());
    EXPECT_EQ(files_in(one / "new").size(), 0U);
    EXPECT_EQ(files_in(one / "tmp").size(), 0U);
    EXPECT_EQ(read_file(two / "new" / "name"), "somebody was faster");
}

TEST_F(MaildirNextHopTest, AMessageGivenUpAtAnyStepLeavesNothing) {
    for (const bool politely : {true, false}) {
        for (int steps = 0; steps <= 4; ++steps) {
            SCOPED_TRACE(steps);
            auto drop = hop();
            run([](NextHop& next, int count, bool abandons) -> net::Task<> {
                auto opened = co_await next.open(jane());
                auto& connection = *opened.connection;
                if (count > 0) connection.mail(mail_from("jane@example.org"));
                if (count > 1) connection.rcpt(rcpt_to("a@example.com"));
                for (int i = 0; i < std::min(count, 2); ++i)
                    co_await connection.reply();
                if (count > 2) EXPECT_EQ((co_await connection.data()).code, 354);
                if (count > 3)
                    EXPECT_TRUE(co_await connection.write(std::string(300'000, 'x') + "\r\n"));
                if (!abandons) co_return;
                co_await connection.abandon();
                EXPECT_TRUE(connection.usable());
                EXPECT_TRUE((co_await transact(connection, {})).delivered);
            }(drop, steps, politely));
            settle();
            EXPECT_EQ(files_below("tmp"), 0U);
        }
    }
    EXPECT_EQ(files_below("new"), 5U);
}

TEST_F(MaildirNextHopTest, ABigMessageArrivesOctetForOctet) {
    Letter letter;
    letter.pieces.clear();
    std::string expected = "Return-Path: <jane@example.org>\n";
    for (int i = 0; i < 3000; ++i) {
        const std::string line(static_cast<std::size_t>(i % 997),
                               static_cast<char>(0x80 + i % 128));
        letter.pieces.push_back(line + "\r\n");
        expected += line + "\n";
    }
    auto drop = hop();
    ASSERT_TRUE(run(deliver(drop, letter)).delivered);
    EXPECT_TRUE(read_file(files_in(settings.path / "new").at(0)) == expected);
}

TEST_F(MaildirNextHopTest, AMessageOverTheLimitIsRefusedAtMailOrWhileItComes) {
    settings.message_size = 100'000;
    auto drop = hop();
    EXPECT_EQ(drop.offered().size, 100'000U);
    Letter declared;
    declared.mail.size = 100'001;
    const auto at_mail = run(deliver(drop, declared));
    EXPECT_EQ(at_mail.text(), "552 5.3.4 " + at_mail.replies[0].lines[0] +
                                  "\n503 5.5.1 Send MAIL first\n503 5.5.1 Send MAIL first\n");
    Letter big;
    big.pieces.assign(101, std::string(998, 'x') + "\r\n");
    const auto later = run(deliver(drop, big));
    EXPECT_EQ(later.replies.back().code, 552);
    settle();
    EXPECT_EQ(files_below("new") + files_below("tmp"), 0U);
}

TEST_F(MaildirNextHopTest, SeveralConnectionsDeliverAtOnce) {
    auto drop = hop();
    net::asio::io_context io(1);
    int delivered = 0;
    for (int i = 0; i < 30; ++i) {
        Letter letter;
        letter.pieces.assign(20, std::string(20'000, 'x') + "\r\n");
        net::asio::co_spawn(io, deliver(drop, letter), [&](std::exception_ptr error, Heard heard) {
            EXPECT_FALSE(error);
            delivered += heard.delivered ? 1 : 0;
        });
    }
    io.run_for(60s);
    EXPECT_EQ(delivered, 30);
    EXPECT_EQ(files_below("new"), 30U);
    EXPECT_EQ(files_below("tmp"), 0U);
}

TEST_F(MaildirNextHopTest, AFullPoolIsTryLater) {
    pool = std::make_unique<net::BlockingPool>(1, 1);
    // The job may outlive this function's frame.
    const auto release = std::make_shared<std::atomic<bool>>(false);
    ASSERT_TRUE(pool->submit([release] { eventually([&] { return release->load(); }); }));
    auto drop = hop();
    const auto heard = run(deliver(drop, {}));
    *release = true;
    EXPECT_EQ(heard.replies.back().code, 451);
    EXPECT_EQ(heard.replies.back().enhanced, "4.3.2");
    EXPECT_EQ(log.count("relay.failed"), 1U);
}

TEST_F(MaildirNextHopTest, AFolderThatCannotBeMadeIsTryLater) {
    write_file(directory / "file", "");
    settings.path = directory / "file" / "mail";
    auto drop = hop();
    const auto heard = run(deliver(drop, {}));
    EXPECT_EQ(heard.replies.back().code, 451);
    EXPECT_EQ(heard.replies.back().enhanced, "4.3.0");
    EXPECT_EQ(log.count("why=\"Not a directory\""), 1U) << log.text();
}

TEST_F(MaildirNextHopTest, MissingFoldersAreMade) {
    settings.path = directory / "a" / "b" / "c";
    auto drop = hop();
    EXPECT_TRUE(run(deliver(drop, {})).delivered);
    fs::remove_all(directory / "a");
    EXPECT_TRUE(run(deliver(drop, {})).delivered);
}

// /proc takes no folders from anybody, root included.
TEST_F(MaildirNextHopTest, APlaceWhereNothingCanBeMadeIsTryLater) {
    settings.path = "/proc/self/mail";
    auto drop = hop();
    const auto heard = run(deliver(drop, {}));
    EXPECT_EQ(heard.replies.back().code, 451);
    EXPECT_EQ(heard.replies.back().enhanced, "4.3.0");
}

// A limit of the process stands in for a disk that fills up in the middle of a message.
TEST_F(MaildirNextHopTest, AFileThatCannotGrowIsTryLaterAndLeavesNothing) {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small{400'000, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    Letter letter;
    letter.pieces.assign(50, std::string(20'000, 'x') + "\r\n");
    auto drop = hop();
    const auto heard = run(deliver(drop, letter));
    ::setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_EQ(heard.replies.back().code, 451);
    EXPECT_FALSE(heard.delivered);
    settle();
    EXPECT_EQ(files_below("new") + files_below("tmp"), 0U);
}

TEST(StorageRefusal, AFullDiskIsNoOtherFault) {
    struct Case {
        int error, code;
        const char* enhanced;
    };
    const Case cases[] = {{ENOSPC, 452, "4.3.1"}, {EDQUOT, 452, "4.3.1"}, {EACCES, 451, "4.3.0"},
                          {EROFS, 451, "4.3.0"},  {EIO, 451, "4.3.0"},    {EMFILE, 451, "4.3.0"}};
    for (const auto& each : cases) {
        const auto reply = storage_refusal({each.error, std::system_category()});
        EXPECT_EQ(reply.code, each.code) << each.error;
        EXPECT_EQ(reply.enhanced, each.enhanced) << each.error;
    }
}

TEST_F(MaildirNextHopTest, OnlyOldLeftoversAreRemovedAtTheStart) {
    fs::create_directories(settings.path / "tmp");
    fs::create_directories(settings.path / "new");
    for (const char* name : {"tmp/old", "tmp/young", "new/old"})
        write_file(settings.path / name, "x");
    const auto long_ago = fs::file_time_type::clock::now() - 37h;
    fs::last_write_time(settings.path / "tmp/old", long_ago);
    fs::last_write_time(settings.path / "new/old", long_ago);
    remove_stale_files(settings.path, false);
    EXPECT_FALSE(fs::exists(settings.path / "tmp/old"));
    EXPECT_TRUE(fs::exists(settings.path / "tmp/young"));
    EXPECT_TRUE(fs::exists(settings.path / "new/old"));

    fs::create_directories(settings.path / "jane@example.org" / "tmp");
    write_file(settings.path / "jane@example.org/tmp/old", "x");
    fs::last_write_time(settings.path / "jane@example.org/tmp/old", long_ago);
    remove_stale_files(settings.path, true);
    EXPECT_FALSE(fs::exists(settings.path / "jane@example.org/tmp/old"));
    EXPECT_TRUE(fs::exists(settings.path / "tmp/young"));
    remove_stale_files(directory / "missing", true);
}

TEST_F(MaildirNextHopTest, OutOfOrderIsSaidAndHarmsNobody) {
    auto drop = hop();
    run([](NextHop& next) -> net::Task<> {
        auto opened = co_await next.open(jane());
        auto& connection = *opened.connection;
        EXPECT_EQ((co_await connection.reply()).code, 503);
        EXPECT_EQ((co_await connection.data()).code, 503);
        EXPECT_FALSE(co_await connection.write("x"));
        EXPECT_EQ((co_await connection.finish()).code, 503);
        connection.rcpt(rcpt_to("a@example.com"));
        EXPECT_EQ((co_await connection.reply()).code, 503);
        EXPECT_TRUE((co_await transact(connection, {})).delivered);
    }(drop));
}

}  // namespace
}  // namespace postern::upstream
