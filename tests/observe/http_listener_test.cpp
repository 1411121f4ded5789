#include "observe/http_listener.hpp"

#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>
#include <stdexcept>
#include <string>
#include <thread>

#include "support/blocking_wire.hpp"

namespace postern::observe {

namespace asio = boost::asio;

namespace {

using test::BlockingWire;
using namespace std::chrono_literals;

// A listener on a thread of its own; /slow answers when the test opens the door.
class Listening : public testing::Test {
 protected:
    ~Listening() override {
        asio::post(io, [this] {
            listener.reset();
            release();
        });
        work.reset();
        thread.join();
    }

    HttpListener::Task<HttpAnswer> answer(HttpQuestion question) {
        if (question.path == "/throws") throw std::runtime_error("no");
        while (question.path == "/slow" && !is_open)
            co_await door.async_wait(asio::as_tuple(asio::use_awaitable_t<Executor>()));
        co_return HttpAnswer{200, question.path + "?" + question.query + "\n"};
    }
    void release() {
        is_open = true;
        door.cancel();
    }

    static BlockingWire::Clock::time_point soon() { return BlockingWire::Clock::now() + 10s; }
    static std::string all_of(const BlockingWire& wire) {
        std::string text;
        char buffer[4096];
        while (const auto size = wire.read(buffer, sizeof buffer, soon()))
            text.append(buffer, size);
        return text;
    }
    std::string ask(std::string_view octets) const {
        const BlockingWire wire(listener->port(), 0);
        wire.write(octets, soon());
        return all_of(wire);
    }

    using Executor = asio::io_context::executor_type;
    asio::io_context io{1};
    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>, Executor>
        door{io, std::chrono::steady_clock::time_point::max()};
    bool is_open = false;
    std::unique_ptr<HttpListener> listener = std::make_unique<HttpListener>(
        io, "127.0.0.1", 0, [this](HttpQuestion question) { return answer(std::move(question)); },
        HttpLimits{.connections = 4, .header = 2048, .read = 300ms, .write = 1s});
    asio::executor_work_guard<Executor> work{io.get_executor()};
    std::thread thread{[this] { io.run(); }};
};

TEST_F(Listening, AnswersAndCloses) {
    const auto answer = ask("GET /metrics?deep HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n/metrics?deep\n")) << answer;
    EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos) << answer;
}

TEST_F(Listening, HeadHasTheLengthAndNoBody) {
    const auto answer = ask("HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_NE(answer.find("Content-Length: 10\r\n"), std::string::npos) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST_F(Listening, ChangesNothingAndSurvivesGarbage) {
    struct Case {
        std::string said, status;
    };
    const std::string long_path(4000, 'x');
    const Case cases[] = {
        {"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "405"},
        {"DELETE / HTTP/1.1\r\nHost: x\r\n\r\n", "405"},
        {"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "405"},
        {"GET /throws HTTP/1.1\r\nHost: x\r\n\r\n", "500"},
        {"GET /" + long_path + " HTTP/1.1\r\n\r\n", "431"},
        {"GET / HTTP/1.1\r\nA: " + long_path + "\r\n\r\n", "431"},
        {"GET / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", "413"},
        {"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", "413"},
        {"EHLO client.example\r\n\r\n", "400"},
        {"GET / HTTP/9.9\r\n\r\n", "400"},
        {std::string("\0\0\0\0\r\n\r\n", 8), "400"},
        {"\x16\x03\x01\x02\x01\x01\xfc\x03\x03", "400"},  // TLS
        {"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400"},
    };
    for (const auto& each : cases) {
        const auto answer = ask(each.said);
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + each.status)) << each.said << "\n" << answer;
    }
    EXPECT_TRUE(ask("GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 200"));
}

TEST_F(Listening, WhoDoesNotFinishItsQuestionIsCutOff) {
    const BlockingWire silent(listener->port(), 0), slow(listener->port(), 0);
    slow.write("GET / HTT", soon());
    EXPECT_EQ(all_of(silent), "");
    EXPECT_EQ(all_of(slow), "");
}

TEST_F(Listening, WhoComesBeyondTheLimitIsClosedOn) {
    std::list<BlockingWire> held;
    for (int i = 0; i < 4; ++i) {
        held.emplace_back(listener->port(), 0);
        held.back().write("GET /slow HTTP/1.1\r\n\r\n", soon());
    }
    // The first four are being answered when one more is turned away.
    EXPECT_EQ(all_of(BlockingWire(listener->port(), 0)), "");
    asio::post(io, [this] { release(); });
    for (const auto& each : held)
        EXPECT_TRUE(all_of(each).starts_with("HTTP/1.1 200"));
    EXPECT_TRUE(ask("GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 200"));
}

TEST(HttpListener, AnAddressThatIsNotOursIsAnError) {
    asio::io_context io;
    const auto nothing = [](HttpQuestion) -> HttpListener::Task<HttpAnswer> {
        co_return HttpAnswer();
    };
    EXPECT_THROW(HttpListener(io, "192.0.2.1", 1, nothing), std::runtime_error);
    EXPECT_THROW(HttpListener(io, "localhost", 1, nothing), std::runtime_error);
}

}  // namespace
}  // namespace postern::observe
