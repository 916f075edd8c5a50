#include "ecron/notify/notifier.hpp"

#include <boost/asio/awaitable.hpp>

#include <random>

#include "ecron/base/async.hpp"
#include "ecron/base/log.hpp"
#include "ecron/base/log_limit.hpp"
#include "notify/delivery.hpp"
#include "notify/receivers.hpp"

namespace ecron::notify {

namespace asio = boost::asio;

namespace {

using Verdict = store::DeliveryResult::Verdict;

constexpr Millis kPoll{1'000};          // to find entries written by other nodes and entries that become due
constexpr Millis kLeaseMargin{15'000};  // on top of a request's timeout: time to record the result
constexpr Millis kHousekeeping{5'000};
constexpr Millis kRecordRetry{200};

}  // namespace

class Notifier::Impl {
public:
    Impl(asio::io_context& io, const Clock& clock, store::Outbox& outbox, http::Client& client,
         Keyring keyring, Options options)
        : io_(io),
          clock_(clock),
          outbox_(outbox),
          client_(client),
          keyring_(std::move(keyring)),
          options_(std::move(options)),
          receivers_(options_.limit,
                     options_.tenants == Options::Tenants::one ? options_.limit / 2 : options_.limit / 4),
          gate_(io),
          wake_(io),
          random_(options_.seed) {
        outbox_.on_written([this] { wake_.notify(); });
    }
    ~Impl() { outbox_.on_written({}); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    asio::awaitable<void> run() {
        co_await release_own();
        while (!stopping_) {
            co_await expire_and_measure();
            const bool more = co_await take_some();
            if (!more && !stopping_) co_await wake_.wait(kPoll);
        }
    }

    asio::awaitable<void> stop(Millis grace) {
        stopping_ = true;
        wake_.notify();
        const SteadyInstant deadline = clock_.steady() + grace;
        while (receivers_.under_way() > 0 && clock_.steady() < deadline) co_await sleep(io_, Millis{20});
    }

    [[nodiscard]] Statistics statistics() const {
        Statistics statistics = statistics_;
        statistics.under_way = receivers_.under_way();
        return statistics;
    }

private:
    /// Releases the leases that this node held before a crash, instead of waiting for their expiry.
    asio::awaitable<void> release_own() {
        while (!stopping_) {
            const Result<void> released = co_await outbox_.release(options_.node);
            if (released) co_return;
            co_await wake_.wait(kPoll);
        }
    }

    asio::awaitable<void> expire_and_measure() {
        if (clock_.steady() < housekeeping_at_) co_return;
        housekeeping_at_ = clock_.steady() + kHousekeeping;
        const Result<std::size_t> expired = co_await outbox_.expire_older_than(
            options_.retry_for + kLastTries, "its turn did not come in time: the receiver took too little");
        if (expired && *expired > 0) {
            statistics_.dead += *expired;
            housekeeping_at_ = clock_.steady();  // there may be more
            log::warn("expired webhooks count={}", *expired);
        }
        const Result<store::OutboxSize> size = co_await outbox_.size();
        if (!size) co_return;
        statistics_.waiting = size->waiting;
        statistics_.oldest_seconds = std::chrono::duration<double>(size->oldest).count();
    }

    /// Returns true if more entries may be available immediately.
    asio::awaitable<bool> take_some() {
        if (receivers_.free() == 0) co_return false;
        store::LeaseRequest request{.channel = store::Channel::webhook,
                                    .node = options_.node,
                                    .lease = options_.timeout + kLeaseMargin,
                                    .limit = receivers_.free(),
                                    .per_receiver = receivers_.per_receiver(),
                                    .room = receivers_.room(clock_.steady()),
                                    .held = held(),
                                    .after = after_};
        Result<store::LeasedEntries> entries = co_await outbox_.take(std::move(request));
        if (!entries) co_return false;
        after_ = std::move(entries->after);
        for (store::OutboxEntry& entry : entries->taken) {
            receivers_.begin(entry.announcement.receiver);
            ++tenants_[entry.tenant];
            gate_.spawn("webhook", deliver(std::move(entry)));
        }
        co_return !entries->round_ended && receivers_.free() > 0;
    }

    asio::awaitable<void> deliver(store::OutboxEntry entry) {
        Assessment assessment;
        const Result<SigningKeys> keys = keyring_.keys_of(entry.tenant);
        if (keys) {
            const Result<http::ClientResponse> response =
                co_await client_.send(webhook_request(entry, *keys, clock_.now(), options_));
            assessment = assess(entry, response, options_, uniform());
        } else {
            assessment = assess(entry, std::unexpected(keys.error()), options_, uniform());
            assessment.receiver_failing = false;
        }
        count_and_log(entry, assessment.delivery);
        const bool settled = co_await settle(entry, assessment.delivery);
        if (settled && assessment.delivery.verdict == Verdict::dead) ++statistics_.dead;
        if (--tenants_[entry.tenant] == 0) tenants_.erase(entry.tenant);
        receivers_.end(entry.announcement.receiver,
                       assessment.receiver_failing ? Receivers::Health::failing : Receivers::Health::good,
                       assessment.requested_pause, clock_.steady());
        wake_.notify();
    }

    void count_and_log(const store::OutboxEntry& entry, const store::DeliveryResult& delivery) {
        const bool delivered = delivery.verdict == Verdict::delivered;
        ++(delivered ? statistics_.delivered : statistics_.failed);
        if (delivery.verdict == Verdict::dead && is_log_due(entry, delivery)) {
            log::warn("dead-lettered webhook execute_id={} message={} tries={} reason=\"{}\"",
                      entry.execution, entry.announcement.message_id, entry.tries, delivery.reason);
        } else {
            log::debug("sent webhook execute_id={} message={} try={} delivered={} reason=\"{}\"",
                       entry.execution, entry.announcement.message_id, entry.tries, delivered,
                       delivery.reason);
        }
    }

    /// A receiver that rejects every message, such as a URL that cannot be requested, is logged once an hour
    /// per reason; each rejected message is in the dead-letter table.
    bool is_log_due(const store::OutboxEntry& entry, const store::DeliveryResult& delivery) {
        return dead_letter_log_.takes(entry.announcement.receiver + '\n' + delivery.reason, clock_.steady());
    }

    /// Records the result, retrying while the store is unavailable until the lease expires; the message is
    /// then sent again.
    asio::awaitable<bool> settle(const store::OutboxEntry& entry, const store::DeliveryResult& delivery) {
        const SteadyInstant lease_end = clock_.steady() + kLeaseMargin;
        for (;;) {
            const Result<bool> settled = co_await outbox_.settle(entry, delivery);
            if (settled) co_return *settled;
            const bool again = settled.error().code == Errc::unavailable && clock_.steady() < lease_end;
            if (!again) co_return false;
            co_await sleep(io_, kRecordRetry);
        }
    }

    /// Returns the number of entries that hold a slot for each tenant; nullopt if there is one tenant.
    [[nodiscard]] std::optional<std::map<TenantId, std::size_t>> held() const {
        if (options_.tenants == Options::Tenants::one) return std::nullopt;
        return tenants_;
    }

    double uniform() { return std::uniform_real_distribution<double>{0, 1}(random_); }

    /// Entries that can still be sent are not expired unsent.
    static constexpr Millis kLastTries{3'600'000};

    asio::io_context& io_;
    const Clock& clock_;
    store::Outbox& outbox_;
    http::Client& client_;
    const Keyring keyring_;
    const Options options_;
    Receivers receivers_;
    std::map<TenantId, std::size_t> tenants_;  // entries in progress
    Gate gate_;
    Wakeup wake_;
    std::mt19937_64 random_;
    std::string after_{};
    SteadyInstant housekeeping_at_{};
    log::LineLimit dead_letter_log_{log::LineRule{.lines = 1, .span = Millis{3'600'000}, .sources = 1'000}};
    Statistics statistics_;
    bool stopping_{false};
};

Notifier::Notifier(asio::io_context& io, const Clock& clock, store::Outbox& outbox, http::Client& client,
                   Keyring keyring, Options options)
    : impl_(std::make_shared<Impl>(io, clock, outbox, client, std::move(keyring), std::move(options))) {}
Notifier::~Notifier() = default;
asio::awaitable<void> Notifier::run() { return impl_->run(); }
asio::awaitable<void> Notifier::stop(Millis grace) { return impl_->stop(grace); }
Statistics Notifier::statistics() const { return impl_->statistics(); }

}  // namespace ecron::notify
