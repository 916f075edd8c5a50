#include "ecron/app/serve.hpp"

#include <csignal>

#include "app/application.hpp"
#include "app/descriptors.hpp"
#include "app/init.hpp"
#include "app/machine_check.hpp"
#include "app/settings.hpp"
#include "ecron/base/log.hpp"
#include "ecron/store/upkeep.hpp"

namespace ecron::app {
namespace {

/// Reports all problems at once, before anything is opened.
bool fits_machine(const config::Config& config, const std::map<std::string, std::string>& environment) {
    const MachineCheck here = check_machine(config, environment);
    for (const std::string& line : here.warnings) log::warn("{}", line);
    for (const std::string& line : here.errors) log::error("failed to start: error={}", line);
    return here.errors.empty();
}

int serve_here(config::Config config, const std::map<std::string, std::string>& environment) {
    std::signal(SIGPIPE, SIG_IGN);
    if (const Result<void> logging = log::configure(config.log); !logging) {
        log::error("failed to open log: file={} error={}", config.log.file, logging.error().what);
        return 2;
    }
    if (!fits_machine(config, environment)) return 2;
    fit_to_descriptors(config);
    const SystemClock clock;
    boost::asio::io_context io{1};
    Application* running = nullptr;
    const auto failed = [&running](const Error& error) { running->fail(error); };
    auto store = store::Store::open_in_background(io, config.store, clock, failed);
    if (!store) {
        log::error("failed to open store: error={}", store.error().what);
        return 2;
    }
    try {
        Application application{config, environment, std::move(*store), io, clock};
        running = &application;
        return application.run();
    } catch (const NotStarted& refused) {
        // Not 1, after which a systemd unit would restart it indefinitely: the configuration must be changed.
        log::error("failed to start: error={}", refused.what());
        return 2;
    }
}

}  // namespace

int serve(const config::Config& config, const std::map<std::string, std::string>& environment) {
    return run_below_init([&] { return serve_here(config, environment); });
}

std::optional<std::string> set_shards(const config::Config& config, std::size_t shards) {
    const Result<void> divided = store::set_shards(config.store, shards, SystemClock{});
    if (divided) return std::nullopt;
    return divided.error().what;
}

}  // namespace ecron::app
