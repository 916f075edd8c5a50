#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <map>
#include <memory>
#include <stdexcept>

#include "app/certificates.hpp"
#include "app/messaging.hpp"
#include "app/scheduler_runs.hpp"
#include "app/service_manager.hpp"
#include "app/trace_export.hpp"
#include "ecron/analysis/scheduler.hpp"
#include "ecron/auth/authenticator.hpp"
#include "ecron/base/async.hpp"
#include "ecron/base/loop_watch.hpp"
#include "ecron/config/config.hpp"
#include "ecron/execution/executors.hpp"
#include "ecron/execution/pool.hpp"
#include "ecron/http/client.hpp"
#include "ecron/http/server.hpp"
#include "ecron/management/api.hpp"
#include "ecron/notify/notifier.hpp"
#include "ecron/store/housekeeping.hpp"
#include "ecron/store/store.hpp"
#include "ecron/ui/page.hpp"

namespace ecron::app {

/// A component rejected its configuration, so the process cannot serve.
class NotStarted : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The composition root: creates all components in the order of their dependencies. They stop in reverse
/// order.
class Application {
public:
    /// Throws NotStarted.
    Application(const config::Config& config, const std::map<std::string, std::string>& environment,
                std::unique_ptr<store::Store> store, boost::asio::io_context& io, const Clock& clock);

    /// Listens and serves until a signal or a fatal error; returns the exit code. `listening` is called with
    /// the port.
    int run(const std::function<void(std::uint16_t)>& listening = {});
    /// Ends run(): this process can never use the database.
    void fail(const Error& error);

private:
    Result<void> listen();
    boost::asio::awaitable<void> watch_signals();
    boost::asio::awaitable<void> watch_files();
    boost::asio::awaitable<void> drain();
    void fail_with(int exit_code);  // drains first
    void reload();
    void reload_files();
    boost::asio::awaitable<http::Response> respond(const http::Request& request);
    boost::asio::awaitable<std::expected<http::BodyPermit, http::Response>> permit_body(
        const http::Request& request);
    analysis::SchedulerOptions scheduler_options_with_ports();
    management::Options api_options_with_load(const std::map<std::string, std::string>& environment);

    const config::Config& config_;
    boost::asio::io_context& io_;
    const Clock& clock_;
    ServiceManager manager_;
    std::unique_ptr<store::Store> store_;
    http::Client client_;
    const execution::Secrets secrets_;
    Certificates certificates_;
    execution::Executors executors_;
    std::unique_ptr<execution::Pool> pool_;
    Messaging messaging_;
    const std::unique_ptr<TraceExport> trace_export_;  // nullptr: no spans are exported
    analysis::Scheduler scheduler_;
    http::Client webhook_client_;
    notify::Notifier notifier_;
    store::RetentionLoop retention_;
    store::UsageMeter usage_meter_;
    LoopWatch loop_watch_;
    http::Client auth_client_;
    const std::unique_ptr<auth::Authenticator> authenticator_;  // nullptr: authentication is disabled
    management::SchedulerRuns runs_;
    management::Api api_;
    const ui::Page page_;
    http::Server server_;
    std::optional<http::Server> health_;
    Gate gate_;
    Wakeup file_watch_ends_;
    bool draining_{false};
    int exit_code_{0};
    boost::asio::signal_set signals_;
};

}  // namespace ecron::app
