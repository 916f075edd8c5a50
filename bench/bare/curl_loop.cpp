#include "bare/curl_loop.hpp"

#include <curl/curl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ecron::bench {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::size_t ignore(char*, std::size_t size, std::size_t count, void*) { return size * count; }

class Loop {
public:
    explicit Loop(const CurlLoop& wanted) : wanted_(wanted), timer_(io_), multi_(curl_multi_init()) {
        curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Loop::on_socket);
        curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
        curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Loop::on_timer);
        curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
        curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(wanted.in_flight * 2));
        headers_ = curl_slist_append(nullptr, "Expect:");
        for (std::size_t i = 0; i < wanted.in_flight; ++i) easies_.push_back(make_easy());
    }
    ~Loop() {
        for (CURL* const easy : easies_) {
            curl_multi_remove_handle(multi_, easy);
            curl_easy_cleanup(easy);
        }
        curl_multi_cleanup(multi_);
        curl_slist_free_all(headers_);
    }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    CurlLoopResult run() {
        const Clock::time_point begin = Clock::now();
        const double cpu = cpu_seconds();
        for (CURL* const easy : easies_) start(easy);
        while (ended_ < wanted_.requests) io_.run_one();
        CurlLoopResult result{.failures = failures_};
        result.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        result.per_second = static_cast<double>(ended_) / result.seconds;
        result.cpu_seconds = cpu_seconds() - cpu;
        return result;
    }

private:
    struct Watch {
        explicit Watch(asio::io_context& io, curl_socket_t fd) : descriptor(io, fd) {}
        asio::posix::stream_descriptor descriptor;
        int wanted{0};
        bool reading{false};
        bool writing{false};
        bool live{true};
    };

    CURL* make_easy() {
        CURL* const easy = curl_easy_init();
        curl_easy_setopt(easy, CURLOPT_URL, wanted_.url.c_str());
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(wanted_.body.size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, wanted_.body.c_str());
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &ignore);
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &Loop::on_open);
        curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
        curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &Loop::on_close);
        curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
        return easy;
    }

    void start(CURL* easy) {
        if (started_ == wanted_.requests) return;
        ++started_;
        curl_multi_add_handle(multi_, easy);
    }

    static curl_socket_t on_open(void* loop, curlsocktype, curl_sockaddr* address) {
        auto& self = *static_cast<Loop*>(loop);
        const int fd = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
        if (fd >= 0) self.watches_[fd] = std::make_shared<Watch>(self.io_, fd);
        return fd;
    }

    static int on_close(void* loop, curl_socket_t fd) {
        auto& watches = static_cast<Loop*>(loop)->watches_;
        watches[fd]->live = false;
        watches.erase(fd);  // closes it
        return 0;
    }

    static int on_socket(CURL*, curl_socket_t fd, int what, void* loop, void*) {
        auto& self = *static_cast<Loop*>(loop);
        const auto found = self.watches_.find(fd);
        if (found == self.watches_.end()) return 0;
        found->second->wanted = what == CURL_POLL_REMOVE ? 0 : what;
        self.arm(found->second);
        return 0;
    }

    void arm(const std::shared_ptr<Watch>& watch) {
        if ((watch->wanted & CURL_POLL_IN) != 0 && !std::exchange(watch->reading, true))
            watch->descriptor.async_wait(asio::posix::descriptor_base::wait_read, [this, watch](auto ec) {
                watch->reading = false;
                if (!ec) ready(watch, CURL_CSELECT_IN);
            });
        if ((watch->wanted & CURL_POLL_OUT) != 0 && !std::exchange(watch->writing, true))
            watch->descriptor.async_wait(asio::posix::descriptor_base::wait_write, [this, watch](auto ec) {
                watch->writing = false;
                if (!ec) ready(watch, CURL_CSELECT_OUT);
            });
    }

    void ready(const std::shared_ptr<Watch>& watch, int event) {
        if (!watch->live || (watch->wanted & event) == 0) return;
        drive(watch->descriptor.native_handle(), event);
        if (watch->live) arm(watch);
    }

    static int on_timer(CURLM*, long milliseconds, void* loop) {
        auto& self = *static_cast<Loop*>(loop);
        if (milliseconds == 0 && !std::exchange(self.kicked_, true))
            asio::post(self.io_, [&self] {
                self.kicked_ = false;
                self.drive(CURL_SOCKET_TIMEOUT, 0);
            });
        if (milliseconds > 0) self.arm_timer(Clock::now() + std::chrono::milliseconds{milliseconds});
        return 0;
    }

    void arm_timer(Clock::time_point at) {
        if (armed_ && *armed_ <= at) return;
        armed_ = at;
        timer_.expires_at(at);
        timer_.async_wait([this](auto ec) {
            if (ec) return;
            armed_.reset();
            drive(CURL_SOCKET_TIMEOUT, 0);
        });
    }

    void drive(curl_socket_t fd, int events) {
        int running = 0;
        curl_multi_socket_action(multi_, fd, events, &running);
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
            CURL* const easy = message->easy_handle;
            long status = 0;
            curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
            failures_ += message->data.result == CURLE_OK && status / 100 == 2 ? 0 : 1;
            ++ended_;
            curl_multi_remove_handle(multi_, easy);
            start(easy);
        }
    }

    const CurlLoop& wanted_;
    asio::io_context io_{1};
    asio::steady_timer timer_;
    std::optional<Clock::time_point> armed_;
    bool kicked_{false};
    CURLM* multi_;
    curl_slist* headers_{nullptr};
    std::vector<CURL*> easies_;
    std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches_;
    std::uint64_t started_{0};
    std::uint64_t ended_{0};
    std::uint64_t failures_{0};
};

}  // namespace

CurlLoopResult run_curl_loop(const CurlLoop& loop) {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    (void)ready;
    return Loop{loop}.run();
}

}  // namespace ecron::bench
