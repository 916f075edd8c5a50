#include "ecron/execution/kubernetes_runner.hpp"

#include "ecron/execution/executors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <stdexcept>
#include <unordered_map>

#include "ecron/base/async.hpp"
#include "ecron/base/log.hpp"
#include "ecron/base/off_loop.hpp"
#include "execution/kubernetes/kubernetes_run.hpp"
#include "execution/lifetime.hpp"

namespace ecron::execution {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kConnections = 64;  // concurrent, per API server

/// State held by the coroutines of attempts and watches; closed by the runner.
class KubernetesWork : public std::enable_shared_from_this<KubernetesWork> {
public:
    using Done = Runner::Done;

    KubernetesWork(asio::io_context& io, const Clock& clock, http::Client& client, const Secrets& secrets,
                   KubernetesOptions options, std::shared_ptr<Cluster> own)
        : io_(io),
          clock_(clock),
          client_(client),
          secrets_(secrets),
          options_(std::move(options)),
          own_(std::move(own)),
          gate_(io) {}

    void start(const AttemptOrder& order, Done done) {
        auto& running = runs_[order.execute_id] = std::make_shared<Running>();
        running->done = std::move(done);
        gate_.spawn("kubernetes run", carry_out(order, running));
    }
    void cancel(const ExecuteId& id) {
        const auto found = runs_.find(id);
        if (found == runs_.end()) return;
        found->second->cancelled = true;
        if (found->second->run) found->second->run->cancel();
    }
    void detach(const ExecuteId& id) {
        const auto found = runs_.find(id);
        if (found == runs_.end()) return;
        if (found->second->run) found->second->run->detach();
        asio::post(io_, [done = std::move(found->second->done)]() mutable { done({}); });
        runs_.erase(found);  // it ends without a result
    }
    std::optional<LiveOutput> output_since(const ExecuteId& id, std::uint64_t begin) {
        const auto found = runs_.find(id);
        if (found == runs_.end() || !found->second->run) return std::nullopt;
        const std::shared_ptr<KubernetesLog>& log = found->second->run->log();
        LiveOutput live = log->since(found->second->run->attempt(), begin);
        if (log->wants_reader()) gate_.spawn("kubernetes log", log->read());
        return live;
    }
    void close() {
        lifetime_.end();
        for (const auto& [id, running] : runs_)
            if (running->run) running->run->log()->stop();
        for (const auto& [key, watch] : watches_) watch->stop();
        if (own_) own_->close();
    }

private:
    struct Running {
        std::shared_ptr<KubernetesRun> run;  // nullptr: not prepared yet
        bool cancelled{false};
        Done done;  // empty: released
    };
    struct Prepared {
        std::shared_ptr<Cluster> cluster;
        JobManifest manifest;
        std::vector<std::string> secrets;
    };

    [[nodiscard]] Millis timeout_of(const AttemptOrder& order) const {
        return order.task->context.timeout.value_or(options_.timeout);
    }

    Result<Prepared> prepare(const AttemptOrder& order) {
        const Result<model::KubernetesJob> job =
            model::read_kubernetes(order.task->context.kubernetes.value_or(""));
        if (!job) return std::unexpected(job.error());
        const bool is_own = job->addr.empty();
        if (is_own && !own_)
            return fail(Errc::denied,
                        "Kubernetes Jobs without an addr are switched off (kubernetes_enabled)");
        Revealer revealer{secrets_, order.task->tenant,
                          is_own ? Destination::kubernetes() : Destination::of_url(model::proxy_url(*job))};
        Result<JobManifest> manifest = manifest_of(
            order, *job,
            {.rules = is_own ? &options_.rules : nullptr, .timeout = timeout_of(order), .ttl = options_.ttl},
            revealer);
        if (!manifest) return std::unexpected(manifest.error());
        return Prepared{.cluster = is_own ? own_ : proxy(model::proxy_url(*job)),
                        .manifest = std::move(*manifest),
                        .secrets = std::move(revealer).revealed()};
    }

    std::shared_ptr<KubernetesRun> run_of(const AttemptOrder& order, Prepared prepared) {
        const std::shared_ptr<JobWatch> watch =
            watch_of(std::move(prepared.cluster), prepared.manifest.name_space);
        const KubernetesRun::Setting setting{
            .io = io_, .clock = clock_, .cluster = watch->cluster(), .watch = watch};
        return std::make_shared<KubernetesRun>(setting, order, std::move(prepared.manifest),
                                               timeout_of(order), options_, std::move(prepared.secrets));
    }

    std::shared_ptr<Cluster> proxy(const std::string& url) {
        return std::make_shared<Cluster>(clock_, client_, url);
    }

    /// Shared by all Jobs of a namespace of a cluster.
    std::shared_ptr<JobWatch> watch_of(std::shared_ptr<Cluster> cluster, const std::string& name_space) {
        std::erase_if(watches_, [](const auto& entry) { return !entry.second->is_running(); });
        std::shared_ptr<JobWatch>& watch = watches_[cluster->server() + ' ' + name_space];
        if (!watch)
            watch = std::make_shared<JobWatch>(io_, std::move(cluster), name_space, options_.longest_silence,
                                               budget_);
        return watch;
    }

    /// A large manifest is built beside the io_context's thread.
    asio::awaitable<void> carry_out(AttemptOrder order, std::shared_ptr<Running> running) {
        const auto self = shared_from_this();
        const model::Context& context = order.task->context;
        const Workload load{order.task->tenant.value(), context.kubernetes.value_or("").size() +
                                                            (context.body ? context.body->size() : 0)};
        std::optional<Result<Prepared>> prepared;
        co_await carry_out_off_loop(load, [&] { lifetime_.use([&] { prepared.emplace(prepare(order)); }); });
        if (lifetime_.ended() || !running->done) co_return;
        AttemptResult result;
        if (*prepared) {
            running->run = run_of(order, std::move(**prepared));
            if (running->cancelled) running->run->cancel();  // a resumed Job has to be deleted
            result = co_await running->run->run();
        } else {
            result.reason = prepared->error().what;
        }
        if (lifetime_.ended() || !running->done) co_return;
        runs_.erase(order.execute_id);
        running->done(std::move(result));
    }

    asio::io_context& io_;
    const Clock& clock_;
    http::Client& client_;
    const Secrets& secrets_;
    const KubernetesOptions options_;
    std::shared_ptr<Cluster> own_;
    std::shared_ptr<WatchBudget> budget_{std::make_shared<WatchBudget>(io_)};
    Gate gate_;
    Lifetime lifetime_;
    std::unordered_map<ExecuteId, std::shared_ptr<Running>> runs_;
    std::unordered_map<std::string, std::shared_ptr<JobWatch>> watches_;
};

class KubernetesRunner final : public Runner {
public:
    explicit KubernetesRunner(std::shared_ptr<KubernetesWork> work) : work_(std::move(work)) {}
    ~KubernetesRunner() override { work_->close(); }
    KubernetesRunner(const KubernetesRunner&) = delete;
    KubernetesRunner& operator=(const KubernetesRunner&) = delete;

    void start(const AttemptOrder& order, Done done) override { work_->start(order, std::move(done)); }
    void cancel(const ExecuteId& id) override { work_->cancel(id); }
    void detach(const ExecuteId& id) override { work_->detach(id); }
    [[nodiscard]] std::optional<LiveOutput> output_since(const ExecuteId& id, std::uint64_t begin) override {
        return work_->output_since(id, begin);
    }

private:
    std::shared_ptr<KubernetesWork> work_;
};

Result<ClusterAccess> access_of(const KubernetesOptions& options,
                                const std::map<std::string, std::string>& environment) {
    Result<ClusterAccess> access = options.config_file.empty()
                                       ? in_cluster(options.service_account_folder, environment)
                                       : read_kubeconfig(options.config_file, options.context);
    if (!access)
        return std::unexpected(Error{access.error().code, "kubernetes_config: " + access.error().what});
    return access;
}

Result<model::ClusterRules> completed_rules(const KubernetesOptions& options, const ClusterAccess& access) {
    model::ClusterRules rules = options.rules;
    const bool is_in_pod = options.config_file.empty();
    const ServiceAccount account = service_account_of(access);
    rules.own_namespace = !account.name_space.empty() ? account.name_space
                          : is_in_pod                 ? access.name_space
                                                      : std::string{};
    rules.own_account = account.name;
    if (!rules.name_space.empty()) return rules;
    if (is_in_pod)
        return fail(Errc::invalid,
                    "kubernetes_namespace: is required in a pod, because Jobs in the pod's own "
                    "namespace could read ecron's Secrets");
    rules.name_space = access.name_space.empty() ? "default" : access.name_space;
    return rules;
}

void warn_of_own_namespace(const model::ClusterRules& rules) {
    if (rules.own_namespace.empty()) return;
    if (rules.name_space == rules.own_namespace ||
        std::ranges::find(rules.name_spaces, rules.own_namespace) != rules.name_spaces.end())
        log::warn(
            "Jobs may run in ecron's own namespace and read its Secrets: namespace={} "
            "(kubernetes_namespace, kubernetes_namespaces)",
            rules.own_namespace);
}

}  // namespace

Result<std::optional<model::ClusterRules>> cluster_rules(
    const KubernetesOptions& options, const std::map<std::string, std::string>& environment) {
    if (!options.enabled) return std::optional<model::ClusterRules>{};
    const Result<ClusterAccess> access = access_of(options, environment);
    if (!access) return std::unexpected(access.error());
    Result<model::ClusterRules> rules = completed_rules(options, *access);
    if (!rules) return std::unexpected(rules.error());
    return std::optional{std::move(*rules)};
}

std::string cluster_certificate(const KubernetesOptions& options,
                                const std::map<std::string, std::string>& environment) {
    if (!options.enabled) return {};
    const Result<ClusterAccess> access = access_of(options, environment);
    return access && access->identity ? access->identity->certificate : std::string{};
}

Result<std::unique_ptr<Runner>> make_kubernetes_runner(asio::io_context& io, const Clock& clock,
                                                       http::Client& client, const Secrets& secrets,
                                                       const std::map<std::string, std::string>& environment,
                                                       KubernetesOptions options) try {
    std::shared_ptr<Cluster> own;
    if (options.enabled) {
        Result<ClusterAccess> access = access_of(options, environment);
        if (!access) return std::unexpected(access.error());
        Result<model::ClusterRules> rules = completed_rules(options, *access);
        if (!rules) return std::unexpected(rules.error());
        options.rules = std::move(*rules);
        warn_of_own_namespace(options.rules);
        own = std::make_shared<Cluster>(io, clock, std::move(*access),
                                        http::ClientOptions{.connections_kept = kConnections,
                                                            .connections_per_host = kConnections,
                                                            .user_agent = options.user_agent});
    }
    return std::make_unique<KubernetesRunner>(
        std::make_shared<KubernetesWork>(io, clock, client, secrets, std::move(options), std::move(own)));
} catch (const std::runtime_error& unusable) {
    return fail(Errc::invalid, fmt::format("kubernetes_config: {}", unusable.what()));
}

namespace {

Result<void> check_access(const KubernetesOptions& options,
                          const std::map<std::string, std::string>& environment) {
    const auto rules = cluster_rules(options, environment);
    return rules ? Result<void>{} : std::unexpected(rules.error());
}

}  // namespace

const ExecutorKind kKubernetesExecutor{
    .name = "kubernetes",
    .handles =
        [](const model::Context& context) {
            return context.mode == model::Mode::exe && model::is_kubernetes_job(context);
        },
    .check =
        [](const ExecutorOptions& options, const std::map<std::string, std::string>& environment) {
            return check_access(options.kubernetes, environment);
        },
    .limits =
        [](const ExecutorOptions& options) {
            return ExecutorKind::Limits{.total = options.kubernetes.limit};
        },
    .make =
        [](const ExecutorContext& context, const ExecutorOptions& options) {
            return make_kubernetes_runner(context.io, context.clock, context.client, context.secrets,
                                          context.environment, options.kubernetes);
        },
    .outlives_node = true};

}  // namespace ecron::execution
