#pragma once
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "ecron/execution/kubernetes_runner.hpp"
#include "execution/kubernetes/kubernetes_cluster.hpp"
#include "execution/kubernetes/kubernetes_log.hpp"
#include "execution/kubernetes/kubernetes_manifest.hpp"
#include "execution/kubernetes/kubernetes_watch.hpp"

namespace ecron::execution {

/// One attempt as a Job, from creation to end. Held by a shared_ptr, because its coroutine keeps it alive.
class KubernetesRun : public std::enable_shared_from_this<KubernetesRun> {
public:
    struct Setting {
        boost::asio::io_context& io;
        const Clock& clock;
        std::shared_ptr<Cluster> cluster;
        std::shared_ptr<JobWatch> watch;
    };

    KubernetesRun(Setting setting, const AttemptOrder& order, JobManifest manifest, Millis timeout,
                  const KubernetesOptions& options, std::vector<std::string> secrets);

    boost::asio::awaitable<AttemptResult> run();
    void cancel();
    void detach();
    [[nodiscard]] int attempt() const { return attempt_; }
    /// The live output of its pod.
    [[nodiscard]] const std::shared_ptr<KubernetesLog>& log() const { return log_; }

private:
    enum class Stop : std::uint8_t { no, cancelled, detach };

    boost::asio::awaitable<std::optional<AttemptResult>> create();
    boost::asio::awaitable<std::optional<AttemptResult>> adopt(ClusterAnswer refusal);
    boost::asio::awaitable<std::optional<AttemptResult>> wait_for_end();
    boost::asio::awaitable<AttemptResult> ended(JobState state);
    boost::asio::awaitable<AttemptResult> timed_out();
    boost::asio::awaitable<AttemptResult> stopped();
    boost::asio::awaitable<std::string> remove();
    boost::asio::awaitable<ClusterAnswer> look();
    boost::asio::awaitable<void> look_at_pod();
    boost::asio::awaitable<void> fetch_log();
    void keep(std::string_view text);
    boost::asio::awaitable<void> pause(unsigned tries, const ClusterAnswer& answer);

    [[nodiscard]] AttemptResult failed(const std::string& reason);
    [[nodiscard]] AttemptResult finished(AttemptResult result);
    void created(const JobState& state);
    [[nodiscard]] SteadyInstant now() const { return setting_.clock.steady(); }
    [[nodiscard]] std::string jobs_path() const;

    Setting setting_;
    const ExecuteId id_;
    const int attempt_;
    const JobManifest manifest_;
    const Millis timeout_;
    const KubernetesOptions& options_;
    Mask mask_;
    std::shared_ptr<KubernetesLog> log_;
    std::shared_ptr<WatchedJob> job_;
    bool posted_;  // the Job may exist
    bool adopted_{false};
    SteadyInstant deadline_{};
    Stop stop_{Stop::no};
    std::optional<PodState> pod_;
    std::string output_, log_error_;
    std::uint64_t output_size_{0};
};

}  // namespace ecron::execution
