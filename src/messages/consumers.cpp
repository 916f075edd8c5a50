#include "ecron/messages/consumers.hpp"

#include <fmt/format.h>

#include <unordered_map>

#include "ecron/auth/rate.hpp"
#include "ecron/base/async.hpp"
#include "ecron/base/back_off.hpp"
#include "ecron/base/log.hpp"
#include "ecron/base/off_loop.hpp"
#include "ecron/base/uuid.hpp"
#include "messages/payload.hpp"
#include "messages/topics.hpp"

namespace ecron::messages {

namespace asio = boost::asio;

namespace {

using mq::Ack;

constexpr BackOff kPause{.first = Millis{50}, .max = Millis{1'000}};
constexpr Millis kPatience{30'000};  // maximum time in a handler, after which another node may succeed
constexpr Millis kGivenBack{1'000};
constexpr Millis kAgain{1'000};
constexpr Millis kTenantKnown{60'000};
constexpr std::size_t kTenantsRemembered = 10'000;

Ack dead(std::string reason) { return {.verdict = Ack::Verdict::dead, .reason = std::move(reason)}; }
Ack again(Millis wait, std::string reason) {
    return {.verdict = Ack::Verdict::requeue, .wait = wait, .reason = std::move(reason)};
}
/// A message is not given up because its tenant sends many.
Ack delayed(Millis wait) {
    return {.verdict = Ack::Verdict::requeue, .wait = wait, .reason = "limit_rate", .counts = false};
}
/// Reading a message whose tenant is not known before.
Workload reading(const mq::Message& message) {
    return {.owner = "message queue", .bytes = message.body.size()};
}
Ack given_back() { return {.verdict = Ack::Verdict::requeue, .wait = kGivenBack, .counts = false}; }

/// Maps a permanent error to the result for the message.
Ack verdict_of(const Error& error) {
    return error.code == Errc::internal ? again(kAgain, error.what) : dead(error.what);
}

}  // namespace

class Consumers::Impl {
public:
    Impl(asio::io_context& io, const Clock& clock, store::Store& store, Executions& executions,
         Options options)
        : clock_(clock),
          store_(store),
          executions_(executions),
          options_(std::move(options)),
          rate_(options_.jobs_per_second),
          stopped_(io) {}

    void subscribe(mq::Broker& broker) {
        add(broker, kImmediateTopic, kImmediateChannel, &Impl::take_job);
        add(broker, kStatusTopic, kStatusChannel, &Impl::take_status);
        add(broker, kJobTopic, kJobChannel, &Impl::take_change);
        if (options_.accepts_attempts) add(broker, kExecutionTopic, kExecutionChannel, &Impl::take_attempt);
    }
    void stop() {
        stopping_ = true;
        stopped_.notify();
    }

private:
    using Take = asio::awaitable<Ack> (Impl::*)(mq::Message);

    void add(mq::Broker& broker, std::string_view topic, std::string_view channel, Take take) {
        broker.subscribe(
            {.topic = std::string{topic},
             .channel = std::string{channel},
             .in_flight = options_.in_flight,
             .max_deliveries = options_.max_deliveries,
             .handler = [this, take](mq::Message message) { return (this->*take)(std::move(message)); }});
    }

    /// Waits before a retry. Returns false if the message must be requeued instead.
    asio::awaitable<bool> pause(SteadyInstant begun, std::size_t tries) {
        if (stopping_ || !executions_.takes_writes() || clock_.steady() - begun > kPatience) co_return false;
        co_await stopped_.wait(kPause.after(tries + 1));
        co_return !stopping_;
    }

    asio::awaitable<Ack> take_job(mq::Message message) {
        if (!executions_.takes_writes()) co_return given_back();
        const Instant now = clock_.now();
        Result<model::JobInput> input = co_await off_loop(
            reading(message), [&] { return read_immediate(message.body, options_.rules, now); });
        if (!input) co_return dead(input.error().what);
        const SteadyInstant begun = clock_.steady();
        bool is_counted = false;
        for (std::size_t tries = 0;; ++tries) {
            Ack ack;
            const Result<void> done = co_await run(*input, message, ack, is_counted);
            if (done) co_return ack;
            if (done.error().code != Errc::unavailable) co_return verdict_of(done.error());
            const bool go_on = co_await pause(begun, tries);
            if (!go_on) co_return given_back();
        }
    }

    /// Errors: unavailable if it must be retried; otherwise the reason why the message is rejected.
    /// `is_counted` is set once the message has been counted against its tenant's rate.
    asio::awaitable<Result<void>> run(const model::JobInput& input, const mq::Message& message, Ack& ack,
                                      bool& is_counted) {
        const std::string& given = input.context.execute_id;
        ExecuteId id{given.empty() ? keyed_uuid(store_.queries->id_key(), message.origin, Instant{}) : given};
        Result<model::Job> job = co_await job_of(input, id);
        if (!job) co_return std::unexpected(job.error());
        if (!given.empty()) {
            auto known = co_await store::id_of(*store_.queries, job->tenant, std::move(id));
            if (!known) co_return std::unexpected(known.error());
            const bool waits = !known->exists && message.deliveries <= 1 && options_.hold > Millis{0};
            if (waits) {  // it may have arrived before its execution's row
                ack = again(options_.hold, "its execution is not known");
                co_return Result<void>{};
            }
            id = std::move(known->id);
        }
        if (!is_counted) {
            const Millis wait = rate_.take(job->tenant, clock_.steady());
            if (wait > Millis{0}) {
                ack = delayed(wait);
                co_return Result<void>{};
            }
            is_counted = true;
        }
        const auto execution = co_await executions_.run_now(std::move(*job), std::move(id));
        if (!execution) co_return std::unexpected(execution.error());
        co_return Result<void>{};
    }

    /// Returns the job to run: the stored one or the one in the message.
    asio::awaitable<Result<model::Job>> job_of(const model::JobInput& input, const ExecuteId& id) {
        model::Job job = input.job;
        model::Mode mode = input.context.mode;
        if (!input.has_mode) {
            auto stored = co_await store_.jobs->find_job(std::nullopt, JobId{job.id});
            if (!stored) co_return std::unexpected(stored.error());
            if (!*stored) co_return fail(Errc::not_found, "its job does not exist");
            const bool foreign = !job.tenant.value().empty() && job.tenant != (*stored)->tenant;
            if (foreign) co_return fail(Errc::not_found, "its tenant has no such job");
            job = std::move(**stored);
            const auto context = co_await off_loop({job.tenant.value(), job.context.size()},
                                                   [&] { return model::read_context(job.context); });
            if (context) mode = context->mode;
        } else {
            if (job.tenant.value().empty()) job.tenant = options_.own_tenant;
            const Result<bool> exists = co_await tenant_exists(job.tenant);
            if (!exists) co_return std::unexpected(exists.error());
            if (!*exists)
                co_return fail(Errc::denied, fmt::format("there is no tenant {:?}", job.tenant.value()));
            // A redelivered message yields the same job.
            if (job.id.value().empty())
                job.id = JobId{keyed_uuid(store_.queries->id_key(), "job of " + id.value(), Instant{})};
        }
        if (mode == model::Mode::exe && !options_.commands)
            co_return fail(
                Errc::denied,
                "commands and Kubernetes Jobs are not run for messages: mq_command_enabled is false");
        co_return job;
    }

    /// A tenant exists if it has jobs or is ecron's own.
    asio::awaitable<Result<bool>> tenant_exists(TenantId tenant) {
        if (tenant.value().empty()) co_return false;
        if (tenant == options_.own_tenant) co_return true;
        const SteadyInstant now = clock_.steady();
        const auto known = tenants_.find(tenant);
        if (known != tenants_.end() && now - known->second < kTenantKnown) co_return true;
        TenantId asked = tenant;
        const auto jobs = co_await store_.jobs->count_jobs(std::move(asked), std::nullopt, std::nullopt);
        if (!jobs) co_return std::unexpected(jobs.error());
        if (*jobs == 0) co_return false;
        if (tenants_.size() >= kTenantsRemembered) tenants_.clear();
        tenants_[tenant] = now;
        co_return true;
    }

    asio::awaitable<Ack> take_status(mq::Message message) {
        Result<std::optional<Ending>> ending =
            co_await off_loop(reading(message), [&] { return read_status(message.body); });
        if (!ending) co_return dead(ending.error().what);
        if (!*ending) co_return Ack{};
        if (!executions_.takes_writes()) co_return given_back();
        const SteadyInstant begun = clock_.steady();
        for (std::size_t tries = 0;; ++tries) {
            const Result<void> told = co_await end(**ending);
            const bool over =
                told || told.error().code == Errc::not_found || told.error().code == Errc::conflict;
            if (over) co_return Ack{};
            if (told.error().code != Errc::unavailable) co_return verdict_of(told.error());
            const bool go_on = co_await pause(begun, tries);
            if (!go_on) co_return given_back();
        }
    }

    asio::awaitable<Result<void>> end(Ending ending) {
        switch (ending.state) {
            case model::ExecutionState::success:
                return executions_.succeeded(std::move(ending.id), std::move(ending.result));
            case model::ExecutionState::failure:
                return executions_.failed(std::move(ending.id), false);
            case model::ExecutionState::abandon:
                return executions_.failed(std::move(ending.id), true);
            default:
                return executions_.interrupted(std::move(ending.id));
        }
    }

    /// Only a hint: the change itself is in the change log.
    asio::awaitable<Ack> take_change(mq::Message message) {
        const Result<void> read =
            co_await off_loop(reading(message), [&] { return read_change(message.body); });
        if (!read) co_return dead(read.error().what);
        executions_.look_at_changes();
        co_return Ack{};
    }

    /// Without capacity, the offer is left to other nodes; the offering node does not wait long.
    asio::awaitable<Ack> take_attempt(mq::Message message) {
        const Result<AttemptMessage> offer =
            co_await off_loop(reading(message), [&] { return read_attempt(message.body); });
        if (!offer) co_return dead(offer.error().what);
        ExecuteId id = offer->id;
        const Result<void> begun = co_await executions_.begin(std::move(id), offer->attempt);
        if (!begun)
            log::debug("failed to start offered execution: execute_id={} error=\"{}\"", offer->id,
                       begun.error().what);
        co_return Ack{};
    }

    const Clock& clock_;
    store::Store& store_;
    Executions& executions_;
    const Options options_;
    auth::RateLimit rate_;
    Wakeup stopped_;
    std::unordered_map<TenantId, SteadyInstant> tenants_;
    bool stopping_{false};
};

Consumers::Consumers(asio::io_context& io, const Clock& clock, store::Store& store, Executions& executions,
                     Options options)
    : impl_(std::make_shared<Impl>(io, clock, store, executions, std::move(options))) {}
Consumers::~Consumers() = default;
void Consumers::subscribe(mq::Broker& broker) { impl_->subscribe(broker); }
void Consumers::stop() { impl_->stop(); }

}  // namespace ecron::messages
