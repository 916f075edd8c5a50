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
#include "execution/command_output.hpp"
#include "execution/kubernetes_cluster.hpp"

namespace ecron::execution {

/// The log of a Job's newest pod while the Job goes on, for those who follow it. It is read only while
/// somebody asks, about once a second; lines come with their times, so that a reading goes on where the one
/// before it ended, whatever became of the connection. Memory: the end of the log, up to `limit`. Threads:
/// the io_context's.
class KubernetesLog : public std::enable_shared_from_this<KubernetesLog> {
public:
    struct Source {
        std::shared_ptr<Cluster> cluster;
        std::string name_space, job;
    };
    KubernetesLog(boost::asio::io_context& io, const Clock& clock, Source source, Mask mask,
                  std::size_t limit);

    /// What is known of it.
    [[nodiscard]] LiveOutput since(int attempt, std::uint64_t begin);
    /// True: nobody reads it, and the caller is to begin read().
    [[nodiscard]] bool wants_reader() { return !stopped_ && !std::exchange(reading_, true); }
    /// Reads until nobody has asked for a while, or stop().
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
    std::string line_;                          // the beginning of the line that is being read
    std::string last_time_;                     // of the last line that was taken
    std::size_t at_last_time_{0}, to_skip_{0};  // lines of that time: taken, and to be passed over
    SteadyInstant asked_{};
    bool reading_{false};
    bool stopped_{false};
};

}  // namespace ecron::execution
