#pragma once
#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ecron/execution/command_runner.hpp"
#include "ecron/execution/http_runner.hpp"
#include "ecron/execution/kubernetes_runner.hpp"
#include "ecron/execution/pool.hpp"

/// The executors: one per kind of attempt. A kind is a folder of src/execution and a line in registry.cpp.
namespace ecron::execution {

/// The options of every executor.
struct ExecutorOptions {
    HttpOptions http{};
    CommandOptions command{};
    KubernetesOptions kubernetes{};
};

/// What executors use; must outlive them.
struct ExecutorContext {
    boost::asio::io_context& io;
    const Clock& clock;
    http::Client& client;  // enforces the egress rules
    const Secrets& secrets;
    const std::map<std::string, std::string>& environment;
};

struct ExecutorKind {
    struct Limits {
        std::size_t total{};             // concurrent attempts
        std::size_t per_host{SIZE_MAX};  // of these with one host
    };

    std::string_view name;
    bool (*handles)(const model::Context& context);
    /// Reads what the options name on this machine, and nothing else; null: they name nothing.
    Result<void> (*check)(const ExecutorOptions& options,
                          const std::map<std::string, std::string>& environment);
    Limits (*limits)(const ExecutorOptions& options);
    /// Errors: the options cannot be used.
    Result<std::unique_ptr<Runner>> (*make)(const ExecutorContext& context, const ExecutorOptions& options);
    /// Attempts continue after the failure of the node that started them: they are resumed, not repeated.
    bool outlives_node{false};
    /// Attempts are stopped as soon as the node's lease has ended, because another node repeats them.
    bool stops_with_lease{false};
};

/// Returns the errors for which Executors::make would fail on this machine: unknown users, missing files.
std::vector<std::string> executor_problems(const ExecutorOptions& options,
                                           const std::map<std::string, std::string>& environment);

/// One runner per kind.
class Executors {
public:
    static Result<Executors> make(const ExecutorContext& context, const ExecutorOptions& options);

    /// A lane for each executor, valid while this object exists.
    [[nodiscard]] std::vector<Lane> lanes(Tenants tenants, std::size_t per_tenant) const;
    /// The output of an attempt that runs here; nullopt: none, or unknown before its end.
    [[nodiscard]] std::optional<LiveOutput> output_since(const ExecuteId& id, std::uint64_t begin) const;

private:
    struct Executor {
        const ExecutorKind* kind{};
        ExecutorKind::Limits limits{};
        std::unique_ptr<Runner> runner;
    };
    explicit Executors(std::vector<Executor> executors) : executors_(std::move(executors)) {}

    std::vector<Executor> executors_;
};

}  // namespace ecron::execution
