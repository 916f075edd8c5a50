#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "ecron/base/async.hpp"
#include "ecron/base/time.hpp"
#include "ecron/execution/runner.hpp"
#include "ecron/execution/secrets.hpp"
#include "execution/command/command_output.hpp"
#include "execution/kubernetes/kubernetes_cluster.hpp"

namespace ecron::execution {

/// The log of the newest pod of a running Job, for live output. It is read only while output is requested,
/// about once a second. Lines carry timestamps, so that a read continues where the previous one ended,
/// independent of the connection. Memory: the tail of the log, up to `limit`. Threads: the io_context's.
class KubernetesLog : public std::enable_shared_from_this<KubernetesLog> {
public:
    struct Source {
        std::shared_ptr<Cluster> cluster;
        std::string name_space, job;
    };
    KubernetesLog(boost::asio::io_context& io, const Clock& clock, Source source, Mask mask,
                  std::size_t limit);

    /// The known output.
    [[nodiscard]] LiveOutput since(int attempt, std::uint64_t begin);
    /// True: no read is in progress, and the caller must start read().
    [[nodiscard]] bool wants_reader() { return !stopped_ && !std::exchange(reading_, true); }
    /// Reads until no output has been requested for a while, or until stop().
    boost::asio::awaitable<void> read();
    void stop();

private:
    boost::asio::awaitable<void> read_once();
    boost::asio::awaitable<std::string> pod_path();
    void take(std::string_view piece);
    void take_line(std::string_view line);

    const Clock& clock_;
    const Source source_;
    Mask mask_;
    const std::size_t limit_;
    Wakeup wake_;
    CommandOutput text_;
    std::string line_;                          // the incomplete last line
    std::string last_time_;                     // of the last consumed line
    std::size_t at_last_time_{0}, to_skip_{0};  // lines with that timestamp: consumed, and to be skipped
    SteadyInstant asked_{};
    bool reading_{false};
    bool stopped_{false};
};

}  // namespace ecron::execution
