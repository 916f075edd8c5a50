#include "http/multi_driver.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <new>

namespace ecron::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::milliseconds kLongestTurn{1};

CURLM* make_multi() {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM* const multi = ready == CURLE_OK ? curl_multi_init() : nullptr;
    if (multi == nullptr) throw std::bad_alloc{};
    return multi;
}

}  // namespace

MultiDriver::MultiDriver(asio::io_context& io, const ClientOptions& options, Ended ended)
    : io_(io),
      ended_(std::move(ended)),
      multi_(make_multi(), &curl_multi_cleanup),
      timer_(io) {
    curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(options.connections_kept));
    curl_multi_setopt(multi_.get(), CURLMOPT_MAX_HOST_CONNECTIONS,
                      static_cast<long>(options.connections_per_host));
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &MultiDriver::on_socket);
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &MultiDriver::on_timer);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
}

MultiDriver::~MultiDriver() { close(); }

void MultiDriver::add(CURL* easy) { curl_multi_add_handle(multi_.get(), easy); }
void MultiDriver::remove(CURL* easy) { curl_multi_remove_handle(multi_.get(), easy); }

void MultiDriver::close() {
    multi_.reset();  // closes kept-alive connections through close_socket
    for (curl_socket_t fd = 0; fd < static_cast<curl_socket_t>(watches_.size()); ++fd) forget(fd);
    waiting_.clear();
    timer_.cancel();
}

curl_socket_t MultiDriver::open_socket(const curl_sockaddr& address) {
    const int fd =
        ::socket(address.family, address.socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address.protocol);
    if (fd < 0) return CURL_SOCKET_BAD;
    if (watch(fd, Owner::us)) return fd;
    ::close(fd);
    return CURL_SOCKET_BAD;
}

void MultiDriver::close_socket(curl_socket_t fd) { forget(fd); }

std::shared_ptr<MultiDriver::Watch> MultiDriver::watch(curl_socket_t fd, Owner owner) {
    const auto index = static_cast<std::size_t>(fd);
    if (index >= watches_.size()) watches_.resize(index + 1);
    auto watch = std::make_shared<Watch>(io_, fd, owner);
    error_code ec;
    watch->descriptor.assign(fd, ec);
    if (ec) return nullptr;
    watches_[index] = watch;
    return watch;
}

void MultiDriver::forget(curl_socket_t fd) {
    const std::shared_ptr<Watch> watch = std::exchange(watches_[static_cast<std::size_t>(fd)], nullptr);
    if (!watch) return;
    watch->live = false;
    error_code ignored;
    if (watch->owner == Owner::us)
        watch->descriptor.close(ignored);
    else
        watch->descriptor.release();
}

int MultiDriver::on_socket(CURL*, curl_socket_t fd, int what, void* driver, void*) try {
    static_cast<MultiDriver*>(driver)->want(fd, what);
    return 0;
} catch (...) {
    return -1;
}

void MultiDriver::want(curl_socket_t fd, int what) {
    const auto index = static_cast<std::size_t>(fd);
    std::shared_ptr<Watch> target = index < watches_.size() ? watches_[index] : nullptr;
    if (what == CURL_POLL_REMOVE) {
        if (target && target->owner == Owner::libcurl)
            return forget(fd);  // libcurl closes it right afterwards
        if (target) target->wanted = 0;
        return;
    }
    if (!target) target = watch(fd, Owner::libcurl);  // a socket of libcurl's resolver thread
    if (!target) return;
    target->wanted = what;
    arm(target);
}

void MultiDriver::arm(const std::shared_ptr<Watch>& watch) {
    if ((watch->wanted & CURL_POLL_IN) != 0 && !std::exchange(watch->reading, true))
        watch->descriptor.async_wait(
            asio::posix::descriptor_base::wait_read,
            [self = shared_from_this(), watch](error_code ec) { self->ready(watch, CURL_CSELECT_IN, ec); });
    if ((watch->wanted & CURL_POLL_OUT) != 0 && !std::exchange(watch->writing, true))
        watch->descriptor.async_wait(
            asio::posix::descriptor_base::wait_write,
            [self = shared_from_this(), watch](error_code ec) { self->ready(watch, CURL_CSELECT_OUT, ec); });
}

void MultiDriver::ready(const std::shared_ptr<Watch>& watch, int event, error_code ec) {
    if (!turn_ends_) {
        turn_ends_ = Clock::now() + kLongestTurn;
        asio::post(io_, [self = shared_from_this()] { self->handle_waiting(); });
    }
    if (waiting_.empty() && Clock::now() < *turn_ends_) return handle({watch, event, ec});
    waiting_.push_back({watch, event, ec});
}

void MultiDriver::handle(const Ready& ready) {
    static_assert(CURL_POLL_IN == CURL_CSELECT_IN && CURL_POLL_OUT == CURL_CSELECT_OUT);
    const auto& [watch, event, error] = ready;
    (event == CURL_CSELECT_IN ? watch->reading : watch->writing) = false;
    if (!watch->live || (watch->wanted & event) == 0) return;
    drive(watch->fd, error ? CURL_CSELECT_ERR : event);
    if (watch->live) arm(watch);
}

/// Begins the next turn, if sockets wait for it.
void MultiDriver::handle_waiting() {
    turn_ends_.reset();
    if (waiting_.empty()) return;
    turn_ends_ = Clock::now() + kLongestTurn;
    asio::post(io_, [self = shared_from_this()] { self->handle_waiting(); });
    while (!waiting_.empty() && Clock::now() < *turn_ends_) {
        const Ready next = std::move(waiting_.front());
        waiting_.pop_front();
        handle(next);
    }
}

int MultiDriver::on_timer(CURLM*, long milliseconds, void* driver) try {
    auto& self = *static_cast<MultiDriver*>(driver);
    self.timer_wanted_.reset();
    if (milliseconds == 0) {
        self.kick();
    } else if (milliseconds > 0) {
        self.timer_wanted_ = Clock::now() + std::chrono::milliseconds{milliseconds};
        self.arm_timer();
    }
    return 0;
} catch (...) {
    return -1;
}

void MultiDriver::kick() {
    if (std::exchange(kicked_, true)) return;
    asio::post(io_, [self = shared_from_this()] {
        self->kicked_ = false;
        self->drive(CURL_SOCKET_TIMEOUT, 0);
    });
}

void MultiDriver::arm_timer() {
    if (!timer_wanted_ || (timer_armed_ && *timer_armed_ <= *timer_wanted_)) return;
    timer_armed_ = timer_wanted_;
    timer_.expires_at(*timer_wanted_);
    timer_.async_wait([self = shared_from_this()](error_code ec) {
        if (!ec) self->on_timer_fired();
    });
}

void MultiDriver::on_timer_fired() {
    timer_armed_.reset();
    if (timer_wanted_ && *timer_wanted_ <= Clock::now()) {
        timer_wanted_.reset();
        drive(CURL_SOCKET_TIMEOUT, 0);
    }
    arm_timer();
}

void MultiDriver::drive(curl_socket_t fd, int events) {
    if (!multi_) return;
    int running = 0;
    curl_multi_socket_action(multi_.get(), fd, events, &running);
    int left = 0;
    while (const CURLMsg* message = multi_ ? curl_multi_info_read(multi_.get(), &left) : nullptr) {
        CURL* const easy = message->easy_handle;
        const CURLcode code = message->data.result;
        remove(easy);
        ended_(easy, code);  // may add, remove, or close transfers
    }
}

}  // namespace ecron::http
