#include "ecron/app/serve.hpp"

#include <sys/prctl.h>
#include <time.h>

#include <csignal>

#include "application.hpp"
#include "ecron/base/log.hpp"
#include "init.hpp"
#include "settings.hpp"

namespace ecron::app {
namespace {

/// Waits for a signal that ends the process; true when one came in that time.
bool told_to_stop(Seconds within) {
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, nullptr);
    const timespec patience{.tv_sec = within.count(), .tv_nsec = 0};
    const bool came = sigtimedwait(&ends, nullptr, &patience) > 0;
    sigprocmask(SIG_UNBLOCK, &ends, nullptr);
    return came;
}

/// A database that is away is waited for; anything else wrong with the store ends the start.
Result<std::unique_ptr<store::Store>> open_store(boost::asio::io_context& io, const config::Config& config,
                                                 const Clock& clock) {
    constexpr Seconds kPause{1};
    for (;;) {
        auto store = store::Store::open(io, store_options(config), clock);
        const bool away =
            !store && store.error().code == Errc::unavailable && config.store.driver == config::Driver::mysql;
        if (!away) return store;
        log::warn("database away, trying again error={}", store.error().what);
        if (told_to_stop(kPause))
            return fail(Errc::unavailable, "told to stop while waiting for the database");
    }
}

int serve_here(const config::Config& config) {
    std::signal(SIGPIPE, SIG_IGN);
    if (const Result<void> logging = log::configure(config.log); !logging) {
        log::error("log not opened file={} error={}", config.log.file, logging.error().what);
        return 2;
    }
    // Commands may run as the same user: they are not to read ecron's environment, or its memory, in /proc.
    if (config.commands.enabled) ::prctl(PR_SET_DUMPABLE, 0);
    const SystemClock clock;
    boost::asio::io_context io{1};
    auto store = open_store(io, config, clock);
    if (!store) {
        log::error("store not opened error={}", store.error().what);
        return store.error().code == Errc::unavailable && config.store.driver == config::Driver::mysql ? 0
                                                                                                       : 2;
    }
    Application application{config, std::move(*store), io, clock};
    return application.run();
}

}  // namespace

int serve(const config::Config& config) {
    return run_below_init([&] { return serve_here(config); });
}

std::optional<std::string> set_shards(const config::Config& config, std::size_t shards) {
    const Result<void> divided = store::set_shards(store_options(config), shards, SystemClock{});
    if (divided) return std::nullopt;
    return divided.error().what;
}

}  // namespace ecron::app
