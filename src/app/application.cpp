#include "app/application.hpp"

#include <unistd.h>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <thread>

#include "app/exit_code.hpp"
#include "app/file_watch.hpp"
#include "app/settings.hpp"
#include "app/takeover.hpp"
#include "ecron/app/version.hpp"
#include "ecron/base/log.hpp"
#include "ecron/http/origin.hpp"

namespace ecron::app {

namespace asio = boost::asio;

namespace {

constexpr Millis kAnswerGrace{5'000};
constexpr Millis kKillGrace{1'000};  // time for processes to end after SIGKILL
constexpr std::chrono::seconds kFilesLookedAt{1};
constexpr Millis kWebhookGrace{
    2'000};  // deliveries that take longer are repeated by another node or after the restart
constexpr Millis kTraceGrace = kWebhookGrace;  // both end at the same time

/// The second listener of the old service: answers every request with OK.
asio::awaitable<http::Response> answer_health(const http::Request&) {
    co_return http::Response{.status = 200, .body = "OK", .content_type = "text/plain"};
}

/// Unwraps a result that the start depends on; throws NotStarted on error.
template <class T> T opened(Result<T> result) {
    if (!result) throw NotStarted(result.error().what);
    return std::move(*result);
}

}  // namespace

Application::Application(const config::Config& config, const std::map<std::string, std::string>& environment,
                         std::unique_ptr<store::Store> store, asio::io_context& io, const Clock& clock)
    : config_(config),
      io_(io),
      clock_(clock),
      manager_(io, environment),
      store_(std::move(store)),
      client_(io, client_options(config)),
      secrets_(config.secrets_dir, environment),
      certificates_(config, environment),
      executors_(opened(
          execution::Executors::make({io, clock, client_, secrets_, environment}, executor_options(config)))),
      pool_(execution::make_pool(
          clock, executors_.lanes(config.auth.enabled() ? execution::Tenants::many : execution::Tenants::one,
                                  config.runs_per_tenant == 0 ? SIZE_MAX : config.runs_per_tenant))),
      messaging_(io, clock, *store_, config),
      trace_export_(TraceExport::make(io, clock, config)),
      scheduler_(io, clock, *store_, *pool_, scheduler_options_with_ports()),
      webhook_client_(io, webhook_client_options(config)),
      notifier_(io, clock, *store_->outbox, webhook_client_, keyring(config), notify_options(config)),
      retention_(io, clock, *store_->retention, config.history,
                 [this] { return store_->election->leads(Shard{0}); }),
      usage_meter_(io, clock, *store_->usage, [this] { return store_->election->leads(Shard{0}); }),
      loop_watch_(io, clock),
      auth_client_(io, auth_client_options(config)),
      authenticator_(opened(make_authenticator(io, clock, auth_client_, config))),
      runs_(scheduler_),
      api_(clock, *store_, runs_, api_options_with_load(environment)),
      page_(config.ui_enabled ? ui::embedded_files() : std::span<const ui::File>{},
            http::origin_of(config.api.sign_in.token_endpoint)),
      server_(
          io, server_options(config), [this](const http::Request& request) { return respond(request); },
          [this](unsigned status, std::string_view reason) { return api_.error(status, reason); },
          [this](const http::Request& request) { return permit_body(request); }),
      gate_(io),
      file_watch_ends_(io),
      signals_(io, SIGINT, SIGTERM, SIGHUP) {
    messaging_.attach(scheduler_);
    if (config.health_port != 0)
        health_.emplace(
            io, health_options(config), answer_health,
            [this](unsigned status, std::string_view reason) { return api_.error(status, reason); });
}

asio::awaitable<http::Response> Application::respond(const http::Request& request) {
    if (page_.serves(request)) co_return page_.respond(request);
    co_return co_await api_.handle(request);
}

/// The page has no use for the body that a GET may have.
asio::awaitable<std::expected<http::BodyPermit, http::Response>> Application::permit_body(
    const http::Request& request) {
    constexpr std::size_t kPageBodyLimit = 1'024;
    if (page_.serves(request)) co_return http::BodyPermit{.limit = kPageBodyLimit, .counted = false};
    co_return co_await api_.permit_body(request);
}

analysis::SchedulerOptions Application::scheduler_options_with_ports() {
    analysis::SchedulerOptions options = scheduler_options(config_);
    options.dispatcher = messaging_.dispatcher();
    if (trace_export_)
        options.attempt_ended = [this](const analysis::EndedAttempt& attempt) {
            trace_export_->exporter().add(attempt);
        };
    options.name_taken = [this](const Error& error) { fail_with(exit_code_of(error)); };
    return options;
}

management::Options Application::api_options_with_load(
    const std::map<std::string, std::string>& environment) {
    management::Options options = api_options(config_);
    options.cluster_rules = opened(execution::cluster_rules(config_.executors.kubernetes, environment));
    options.authenticator = authenticator_.get();
    options.messages = messaging_.state();
    options.webhooks = [this] {
        const notify::Statistics now = notifier_.statistics();
        return management::Webhooks{.delivered = now.delivered,
                                    .failed = now.failed,
                                    .dead = now.dead,
                                    .under_way = now.under_way,
                                    .waiting = now.waiting,
                                    .oldest_seconds = now.oldest_seconds};
    };
    if (trace_export_)
        options.trace_spans = [this] {
            const traces::Statistics now = trace_export_->exporter().statistics();
            return management::TraceSpans{.exported = now.exported, .dropped = now.dropped};
        };
    options.certificates = [this] { return certificates_.ends(server_); };
    options.load = [this] {
        std::vector<management::PoolLane> lanes;
        for (const execution::Pool::Load& lane : pool_->loads())
            lanes.push_back({lane.kind, lane.limit, lane.running, lane.waiting});
        return management::Load{.executions_removed = retention_.removed(),
                                .running_attempts = pool_->running(),
                                .waiting_attempts = pool_->waiting(),
                                .connections = server_.connections(),
                                .lanes = std::move(lanes),
                                .loop = loop_watch_.longest()};
    };
    options.output = [this](const ExecuteId& id, std::uint64_t begin) -> std::optional<management::Output> {
        auto live = executors_.output_since(id, begin);
        if (!live) return std::nullopt;
        management::Output output{.attempt = live->attempt, .begin = live->begin, .end = live->end};
        for (auto& piece : live->pieces) output.pieces.push_back({piece.is_error, std::move(piece.text)});
        return output;
    };
    return options;
}

Result<void> Application::listen() {
    Result<void> started = server_.start();
    if (started && health_) started = health_->start();
    return started;
}

int Application::run(const std::function<void(std::uint16_t)>& listening) {
    if (const Result<void> started = listen(); !started) {
        log::error("failed to listen: error={}", started.error().what);
        return exit_code_of(started.error());
    }
    log::info("ecron listens version={} address={} port={} tls={} node={} pid={}", kVersion,
              config_.server.address, server_.port(), config_.server.tls ? "on" : "off", config_.node,
              ::getpid());
    if (listening) listening(server_.port());
    manager_.send("READY=1");
    const std::jthread takeover{
        [this] { log_takeover(config_); }};  // blocks, and nothing depends on its completion
    gate_.spawn("scheduler", scheduler_.run());
    gate_.spawn("messages", messaging_.run());
    gate_.spawn("webhooks", notifier_.run());
    if (trace_export_) gate_.spawn("traces", trace_export_->exporter().run());
    gate_.spawn("retention", retention_.run());
    if (config_.store.bytes_per_tenant > 0) gate_.spawn("bytes of tenants", usage_meter_.run());
    gate_.spawn("loop watch", loop_watch_.run());
    gate_.spawn("signals", watch_signals());
    gate_.spawn("files", watch_files());
    gate_.spawn("watchdog", manager_.feed_watchdog());
    io_.run();
    store_->close();
    log::info("ecron ended");
    return exit_code_;
}

void Application::fail(const Error& error) {
    log::error("stopping after a fatal error: error={}", error.what);
    fail_with(exit_code_of(error));
}

void Application::fail_with(int exit_code) {
    if (draining_) return;
    exit_code_ = exit_code;
    gate_.spawn("failure", drain());
}

asio::awaitable<void> Application::watch_signals() {
    for (;;) {
        boost::system::error_code failed;
        const int signal = co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, failed));
        if (failed) co_return;
        if (signal != SIGHUP) break;
        reload();
    }
    co_await drain();
}

void Application::reload() {
    log::reopen();
    log::info("logs reopened");
    reload_files();
}

/// Renewed certificates and tokens take effect without a signal.
asio::awaitable<void> Application::watch_files() {
    std::vector<std::string> files;
    if (config_.server.tls)
        files = {config_.server.tls->certificate_file, config_.server.tls->key_file,
                 config_.server.tls->client_ca_file};
    if (config_.auth.mode == config::AuthMode::token) files.push_back(config_.auth.token_file);
    FileWatch watch{files};
    while (!draining_ && !files.empty()) {
        co_await file_watch_ends_.wait(kFilesLookedAt);
        if (!draining_ && watch.changed()) reload_files();
    }
}

void Application::reload_files() {
    if (authenticator_) {
        if (const Result<void> reloaded = authenticator_->reload(); !reloaded)
            log::error("failed to reload tokens, keeping the old ones: error={}", reloaded.error().what);
    }
    certificates_.read();
    if (!config_.server.tls) return;
    if (const Result<void> reloaded = server_.reload_tls(); reloaded)
        log::info("certificate reloaded: file={}", config_.server.tls->certificate_file);
    else
        log::error("failed to reload certificate, keeping the old one: error={}", reloaded.error().what);
}

/// Reverse order of the start: stop new requests, then new executions, new webhooks and spans, and finally
/// the store.
asio::awaitable<void> Application::drain() {
    manager_.send("STOPPING=1");
    api_.drain();
    draining_ = true;
    file_watch_ends_.notify();
    retention_.stop();
    usage_meter_.stop();
    loop_watch_.stop();
    co_await messaging_.stop_taking();
    co_await scheduler_.stop(config_.shutdown_grace);
    // Deadline for cancelled commands to react to SIGTERM; the remaining ones are killed with their runner.
    const SteadyInstant deadline = clock_.steady() + config_.executors.command.kill_grace + kKillGrace;
    while (pool_->running() > 0 && clock_.steady() < deadline) co_await sleep(io_, Millis{10});
    co_await messaging_.stop();
    if (trace_export_) trace_export_->exporter().finish(kTraceGrace);
    co_await notifier_.stop(kWebhookGrace);
    if (trace_export_) co_await trace_export_->exporter().finished();
    manager_.stop();
    co_await server_.stop(kAnswerGrace);
    if (health_) co_await health_->stop(Millis{0});
    io_.stop();
}

}  // namespace ecron::app
