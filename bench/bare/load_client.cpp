#include "bare/load_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <strings.h>
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace ecron::bench {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void give_up(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Returns the size of a response once its header is complete; the name of the length field is matched in any
/// case.
std::optional<std::size_t> answer_size(std::string_view text) {
    const std::size_t end = text.find("\r\n\r\n");
    if (end == text.npos) return std::nullopt;
    std::size_t length = 0;
    for (std::size_t line = text.find("\r\n"); line < end; line = text.find("\r\n", line + 2)) {
        constexpr std::string_view kName = "content-length:";
        if (::strncasecmp(text.data() + line + 2, kName.data(), kName.size()) != 0) continue;
        const char* digits = text.data() + line + 2 + kName.size();
        while (*digits == ' ') ++digits;
        std::from_chars(digits, text.data() + end, length);
        break;
    }
    return end + 4 + length;
}

class Connection {
public:
    explicit Connection(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (fd_ < 0 || ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            give_up("connect");
        const int on = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    ~Connection() { ::close(fd_); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] Clock::time_point sent_at() const { return sent_at_; }

    /// The socket is blocking; requests are small enough to fit into its buffer.
    bool send(const std::string& request) {
        sent_at_ = Clock::now();
        return ::send(fd_, request.data(), request.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(request.size());
    }

    enum class Answer : std::uint8_t { partial, good, bad, lost };
    Answer receive() {
        char chunk[32 * 1024];
        const ssize_t count = ::recv(fd_, chunk, sizeof chunk, MSG_DONTWAIT);
        if (count <= 0) return count < 0 && errno == EAGAIN ? Answer::partial : Answer::lost;
        std::string_view text{chunk, static_cast<std::size_t>(count)};
        if (!partial_.empty()) {
            partial_ += text;
            text = partial_;
        }
        const auto size = answer_size(text);
        if (!size || text.size() < *size) {
            if (partial_.empty()) partial_ = text;
            return Answer::partial;
        }
        const bool good = text.size() > 9 && text[9] == '2';
        partial_.clear();
        return good ? Answer::good : Answer::bad;
    }

private:
    int fd_;
    std::string partial_;
    Clock::time_point sent_at_{};
};

/// Histogram of latencies in steps of a microsecond up to 100 ms; longer ones are in the last bucket. The
/// maximum is exact.
class Latencies {
public:
    void add(std::chrono::microseconds latency) {
        const auto step = static_cast<std::size_t>(std::max<std::int64_t>(latency.count(), 0));
        ++counts_[std::min(step, counts_.size() - 1)];
        ++total_;
        max_ = std::max(max_, latency);
    }
    [[nodiscard]] std::chrono::microseconds percentile(double share) const {
        const auto rank = static_cast<std::uint64_t>(share * static_cast<double>(total_));
        std::uint64_t seen = 0;
        for (std::size_t step = 0; step + 1 < counts_.size(); ++step) {
            seen += counts_[step];
            if (seen > rank) return std::chrono::microseconds{step};
        }
        return max_;
    }
    [[nodiscard]] std::chrono::microseconds max() const { return max_; }

private:
    std::vector<std::uint32_t> counts_ = std::vector<std::uint32_t>(100'001);
    std::uint64_t total_{0};
    std::chrono::microseconds max_{};
};

class Run {
public:
    explicit Run(const Load& load) : load_(load), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
        if (epoll_ < 0) give_up("epoll_create1");
        for (std::size_t i = 0; i < load.connections; ++i) open();
    }
    ~Run() { ::close(epoll_); }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    LoadResult run() {
        const Clock::time_point begin = Clock::now();
        counted_from_ = begin + load_.warm_up;
        const Clock::time_point end = counted_from_ + load_.duration;
        double cpu_before = cpu_seconds();
        bool counting = false;
        for (const auto& connection : connections_) next_request(*connection);
        Clock::time_point now = begin;
        while (now < end && (load_.request_limit == 0 || result_.requests < load_.request_limit)) {
            epoll_event events[256];
            const int count = ::epoll_wait(epoll_, events, 256, 100);
            now = Clock::now();
            if (now >= counted_from_ && !counting) {
                counting = true;
                cpu_before = cpu_seconds();
                counted_from_ = now;
            }
            for (int i = 0; i < count; ++i) answered(*static_cast<Connection*>(events[i].data.ptr), counting);
        }
        result_.seconds = std::chrono::duration<double>(Clock::now() - counted_from_).count();
        result_.per_second = static_cast<double>(result_.requests) / result_.seconds;
        result_.client_cpu_seconds = cpu_seconds() - cpu_before;
        result_.p50 = latencies_.percentile(0.5);
        result_.p99 = latencies_.percentile(0.99);
        result_.p999 = latencies_.percentile(0.999);
        result_.max = latencies_.max();
        return result_;
    }

private:
    void open() {
        connections_.push_back(std::make_unique<Connection>(load_.port));
        Connection& connection = *connections_.back();
        epoll_event event{.events = EPOLLIN, .data = {.ptr = &connection}};
        if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd(), &event) != 0) give_up("epoll_ctl");
    }

    void next_request(Connection& connection) {
        request_.clear();
        load_.append_request(request_, number_++);
        if (!connection.send(request_)) give_up("send");
    }

    void answered(Connection& connection, bool counting) {
        const Connection::Answer answer = connection.receive();
        if (answer == Connection::Answer::partial) return;
        if (answer == Connection::Answer::lost) throw std::runtime_error("the server closed a connection");
        if (counting) {
            ++result_.requests;
            result_.failures += answer == Connection::Answer::bad ? 1 : 0;
            latencies_.add(
                std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - connection.sent_at()));
        }
        next_request(connection);
    }

    const Load& load_;
    int epoll_;
    std::vector<std::unique_ptr<Connection>> connections_;
    std::string request_;
    std::uint64_t number_{0};
    Clock::time_point counted_from_{};
    Latencies latencies_;
    LoadResult result_;
};

}  // namespace

std::string get_request(const std::string& path, const std::string& headers) {
    return "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers + "\r\n";
}

void append_post_request(std::string& out, const std::string& path, const std::string& body,
                         const std::string& headers) {
    out += "POST ";
    out += path;
    out += " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ";
    out += std::to_string(body.size());
    out += "\r\n";
    out += headers;
    out += "\r\n";
    out += body;
}

LoadResult run_load(const Load& load) { return Run{load}.run(); }

}  // namespace ecron::bench
