#include "store/leadership.hpp"

#include <boost/asio/post.hpp>

#include "ecron/base/log.hpp"

namespace ecron::store {

namespace {

constexpr Seconds kBeat{1};
constexpr Seconds kGood{3};
constexpr std::string_view kTake = "select get_lock(concat('ecron/', left(md5(database()), 16), '/0'), 0)";
constexpr std::string_view kRelease = "do release_lock(concat('ecron/', left(md5(database()), 16), '/0'))";
constexpr std::string_view kCheck =
    "select coalesce(is_used_lock(concat('ecron/', left(md5(database()), 16), '/0')) = connection_id(), 0)";

}  // namespace

Leadership::Leadership(boost::asio::io_context& io, const Options& options, const Clock& clock)
    : io_(io),
      options_(options),
      clock_(clock),
      thread_([this] { run(); }) {}

Leadership::~Leadership() { close(); }

void Leadership::submit(std::unique_ptr<LockWork> work) {
    {
        const std::scoped_lock lock(mutex_);
        queue_.push_back(std::move(work));
    }
    wake_.notify_one();
}

bool Leadership::holds() const {
    const std::scoped_lock lock(mutex_);
    return good_ && clock_.steady() - *good_ < kGood;
}

void Leadership::close() {
    {
        const std::scoped_lock lock(mutex_);
        closing_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void Leadership::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        const bool holding = good_.has_value();
        const auto something = [this] { return !queue_.empty() || closing_; };
        const bool called =
            holding ? wake_.wait_for(lock, kBeat, something) : (wake_.wait(lock, something), true);
        if (!called) {
            lock.unlock();
            beat();
            lock.lock();
            continue;
        }
        if (queue_.empty()) break;
        std::unique_ptr<LockWork> work = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        work->result = carry_out(work->wish());
        boost::asio::post(io_, [answered = std::move(work)] { answered->answer(); });
        lock.lock();
    }
    lock.unlock();
    release();
}

Result<void> Leadership::carry_out(LockWork::Wish wish) {
    if (wish == LockWork::Wish::release) {
        release();
        return {};
    }
    // The session of an earlier try may have been ended by its wait_timeout.
    const bool fresh = session_ == nullptr;
    Result<void> taken = take();
    if (!taken && taken.error().code == Errc::unavailable && !fresh) taken = take();
    return taken;
}

Result<void> Leadership::take() {
    {
        const std::scoped_lock lock(mutex_);
        if (good_) return {};
    }
    try {
        if (!session_) session_ = std::make_unique<Session>(options_, SessionUse::lead, clock_);
        const SteadyInstant sent = clock_.steady();
        Statement& lock_statement = session_->prepare(kTake, "", "i");
        if (!lock_statement.first() || lock_statement.integer(0) != 1)
            return fail(Errc::conflict, "another process leads");
        const std::scoped_lock lock(mutex_);
        good_ = sent;
        return {};
    } catch (const SqlError& error) {
        session_.reset();
        return std::unexpected(to_error(error));
    }
}

void Leadership::beat() {
    const SteadyInstant sent = clock_.steady();
    bool good = false;
    try {
        Statement& check = session_->prepare(kCheck, "", "i");
        good = check.first() && check.integer(0) == 1;
    } catch (const SqlError&) {
        // Lost with its session.
    }
    if (good) {
        const std::scoped_lock lock(mutex_);
        good_ = sent;
        return;
    }
    log::warn("leadership lost reason=\"the session that held the lock is gone\"");
    let_go();
}

void Leadership::release() {
    if (session_) {
        try {
            // Closing the session frees the lock too, but only some time after this process has gone on.
            session_->run(kRelease);
        } catch (const SqlError&) {
            // It ends with the session.
        }
    }
    let_go();
}

void Leadership::let_go() {
    {
        const std::scoped_lock lock(mutex_);
        good_.reset();
    }
    session_.reset();
}

}  // namespace ecron::store
