#include "directory/open_questions.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

namespace postern::directory {

namespace asio = net::asio;
using identity::Credentials;

class OpenQuestions::Waiting {
 public:
    Waiting(OpenQuestions& questions, const std::string& login, net::Timer& timer)
        : questions_(questions), login_(login) {
        auto& waiting = questions_.by_login_[login_].waiting;
        place_ = waiting.insert(waiting.end(), &timer);
    }
    ~Waiting() {
        questions_.by_login_.at(login_).waiting.erase(place_);
        questions_.forget_idle(login_);
    }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

 private:
    OpenQuestions& questions_;
    const std::string& login_;
    std::list<net::Timer*>::iterator place_;
};

std::shared_ptr<OpenQuestions::Question> OpenQuestions::enter(const Credentials& credentials,
                                                              std::string attempt) {
    auto& questions = by_login_[credentials.login.text()].questions;
    auto found = std::ranges::find_if(questions, [&](const auto& each) {
        return !each->is_concluded &&
               crypto::constant_time_equal(each->password.reveal(), credentials.password.reveal());
    });
    if (found == questions.end()) {
        auto begun = std::make_shared<Question>();
        begun->password = credentials.password.copy();
        begun->attempt = std::move(attempt);
        found = questions.insert(questions.end(), std::move(begun));
    }
    ++(*found)->askers;
    return *found;
}

void OpenQuestions::leave(const std::string& login, const std::shared_ptr<Question>& question) {
    if (--question->askers > 0) return;
    by_login_.at(login).questions.remove(question);
    wake(login);
    forget_idle(login);
}

void OpenQuestions::wake(const std::string& login) {
    for (auto* timer : by_login_.at(login).waiting)
        timer->cancel();
}

net::Task<bool> OpenQuestions::wait_for_change(std::string login, net::Deadline deadline) {
    net::Timer timer(co_await net::this_executor(), deadline);
    if (by_login_[login].waiting.size() >= most_waiting) co_return false;
    const Waiting waiting(*this, login, timer);
    co_await timer.async_wait(asio::as_tuple(net::use_task));
    if (co_await net::is_cancelled())
        throw boost::system::system_error(asio::error::operation_aborted);
    co_return true;
}

void OpenQuestions::forget_idle(const std::string& login) {
    const auto found = by_login_.find(login);
    if (found != by_login_.end() && found->second.questions.empty() &&
        found->second.waiting.empty())
        by_login_.erase(found);
}

}  // namespace postern::directory
