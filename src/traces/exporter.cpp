#include "ecron/traces/exporter.hpp"

#include <algorithm>
#include <cassert>
#include <random>

#include "ecron/base/async.hpp"
#include "ecron/base/http_url.hpp"
#include "ecron/base/log.hpp"
#include "ecron/base/log_limit.hpp"
#include "ecron/base/off_loop.hpp"
#include "traces/batches.hpp"
#include "traces/response.hpp"

namespace ecron::traces {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kEncodedSpan = 1'024;  // bytes, about
constexpr Millis kIdle{3'600'000};           // run() is woken when there is something to do

}  // namespace

class Exporter::Impl {
public:
    Impl(asio::io_context& io, const Clock& clock, Send send, Options options)
        : clock_(clock),
          send_(std::move(send)),
          options_(std::move(options)),
          batches_(options_.batch, options_.linger, options_.waiting),
          added_(io),
          finishing_(io),
          finished_(io),
          random_(options_.seed) {}

    void add(const analysis::EndedAttempt& attempt) {
        std::optional<Span> span = span_of(attempt);
        if (!span) return;
        if (batches_.is_full()) {
            ++statistics_.dropped;
            if (is_log_due("full"))
                log::warn("dropping spans, too many wait for the collector: waiting={}", batches_.size());
            return;
        }
        if (batches_.add(std::move(*span), clock_.steady())) added_.notify();
    }

    asio::awaitable<void> run() {
        while (!deadline_ || (!batches_.empty() && clock_.steady() < *deadline_)) {
            const std::chrono::microseconds wait =
                deadline_ ? Millis{0} : batches_.until_due(clock_.steady()).value_or(kIdle);
            if (wait > Millis{0}) {
                co_await added_.wait(wait);
                continue;
            }
            std::vector<Span> batch = batches_.take();
            co_await export_batch(std::move(batch));
        }
        finished_.notify();
    }

    void finish(Millis grace) {
        deadline_ = clock_.steady() + grace;
        added_.notify();
        finishing_.notify();
    }

    asio::awaitable<void> finished() {
        assert(deadline_);
        while (batches_.size() + in_flight_ > 0 && clock_.steady() < *deadline_)
            co_await finished_.wait(*deadline_ - clock_.steady());
        const std::size_t left = batches_.size() + in_flight_;
        if (left == 0) co_return;
        statistics_.dropped += left;
        log::warn("dropped spans at the end: spans={}", left);
    }

    [[nodiscard]] Statistics statistics() const { return statistics_; }

private:
    /// Sends a batch until the collector accepts or refuses it, or the time is over.
    asio::awaitable<void> export_batch(std::vector<Span> batch) {
        in_flight_ = batch.size();
        // A copy, because the second thread can outlive this object at shutdown.
        const Resource resource{options_.node, options_.version};
        const std::string document =
            co_await off_loop({.owner = {}, .bytes = batch.size() * kEncodedSpan},
                              [&resource, &batch] { return encode(batch, resource); });
        for (std::size_t failures = 1;; ++failures) {
            const bool drains = deadline_.has_value();
            http::ClientRequest request = export_request(document, options_);
            if (drains) request.timeout = std::min(request.timeout, time_left());
            const Result<http::ClientResponse> response = co_await send_(std::move(request));
            const Assessment assessment = assess(response, batch.size(), failures, uniform());
            if (!assessment.retry_after) {
                end_batch(batch.size(), assessment);
                co_return;
            }
            log_retry(assessment);
            if (drains && *assessment.retry_after >= time_left()) {
                deadline_ = clock_.steady();  // the rest would not be accepted in time either
                co_return;
            }
            co_await finishing_.wait(*assessment.retry_after);
            if (!drains && deadline_) failures = 0;  // the pauses must fit into the grace
        }
    }

    void end_batch(std::size_t spans, const Assessment& assessment) {
        in_flight_ = 0;
        statistics_.exported += spans - assessment.rejected;
        statistics_.dropped += assessment.rejected;
        if (assessment.rejected > 0 && is_log_due("rejected"))
            log::warn("dropped spans, the collector rejected them: spans={} url={} error=\"{}\"",
                      assessment.rejected, url_for_record(options_.endpoint), assessment.reason);
    }

    void log_retry(const Assessment& assessment) {
        if (is_log_due("retry"))
            log::warn("failed to export spans, retrying: url={} wait={} error=\"{}\"",
                      url_for_record(options_.endpoint), format_duration(*assessment.retry_after),
                      assessment.reason);
    }

    bool is_log_due(std::string_view event) { return lines_.takes(event, clock_.steady()); }

    [[nodiscard]] Millis time_left() const {
        const auto left = std::chrono::ceil<Millis>(*deadline_ - clock_.steady());
        return std::max(left, Millis{1});
    }

    double uniform() { return std::uniform_real_distribution<double>{0, 1}(random_); }

    const Clock& clock_;
    const Send send_;
    const Options options_;
    Batches batches_;
    std::size_t in_flight_{0};  // spans of the batch that is being exported
    Wakeup added_, finishing_, finished_;
    std::optional<SteadyInstant> deadline_{};  // set by finish()
    std::mt19937_64 random_;
    Statistics statistics_;
    log::LineLimit lines_{log::LineRule{.lines = 1, .span = Millis{60'000}, .sources = 3}};
};

Exporter::Exporter(asio::io_context& io, const Clock& clock, Send send, Options options)
    : impl_(std::make_shared<Impl>(io, clock, std::move(send), std::move(options))) {}
Exporter::~Exporter() = default;
void Exporter::add(const analysis::EndedAttempt& attempt) { impl_->add(attempt); }
asio::awaitable<void> Exporter::run() { return impl_->run(); }
void Exporter::finish(Millis grace) { impl_->finish(grace); }
asio::awaitable<void> Exporter::finished() { return impl_->finished(); }
Statistics Exporter::statistics() const { return impl_->statistics(); }

}  // namespace ecron::traces
