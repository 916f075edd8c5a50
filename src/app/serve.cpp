#include "ecron/app/serve.hpp"

#include <csignal>

#include "app/application.hpp"
#include "app/demo.hpp"
#include "app/descriptors.hpp"
#include "app/exit_code.hpp"
#include "app/init.hpp"
#include "app/machine_check.hpp"
#include "app/settings.hpp"
#include "ecron/base/log.hpp"
#include "ecron/store/upkeep.hpp"

namespace ecron::app {
namespace {

/// Reports all problems at once, before anything is opened or changed; returns the exit code.
int check_here(const config::Config& config, const std::map<std::string, std::string>& environment) {
    const MachineCheck here = check_machine(config, environment);
    for (const std::string& line : here.warnings) log::warn("{}", line);
    for (const auto* lines : {&here.errors, &here.occupied})
        for (const std::string& line : *lines) log::error("failed to start: error={}", line);
    if (!here.errors.empty()) return kExitWrong;
    return here.occupied.empty() ? kExitGood : kExitTemporary;
}

enum class Mode : bool { usual, demo };

int serve_here(config::Config config, const std::map<std::string, std::string>& environment, Mode mode) {
    std::signal(SIGPIPE, SIG_IGN);
    if (const Result<void> logging = log::configure(config.log); !logging) {
        log::error("failed to open log: file={} error={}", config.log.file, logging.error().what);
        return kExitWrong;
    }
    if (const int refused = check_here(config, environment); refused != kExitGood) return refused;
    fit_to_descriptors(config);
    const SystemClock clock;
    boost::asio::io_context io{1};
    std::optional<Demo> demo;
    if (mode == Mode::demo) {
        if (const Result<void> started = demo.emplace(io).start(config, clock); !started) {
            log::error("failed to start demo: error={}", started.error().what);
            return exit_code_of(started.error());
        }
    }
    Application* running = nullptr;
    const auto failed = [&running](const Error& error) { running->fail(error); };
    auto store = store::Store::open_in_background(io, config.store, clock, failed);
    if (!store) {
        log::error("failed to open store: error={}", store.error().what);
        return exit_code_of(store.error());
    }
    try {
        Application application{config, environment, std::move(*store), io, clock};
        running = &application;
        return mode == Mode::demo ? application.run([&](std::uint16_t port) { print_address(config, port); })
                                  : application.run();
    } catch (const NotStarted& refused) {
        // Only a change of the configuration helps.
        log::error("failed to start: error={}", refused.what());
        return kExitWrong;
    }
}

}  // namespace

int serve(const config::Config& config, const std::map<std::string, std::string>& environment) {
    return run_below_init([&] { return serve_here(config, environment, Mode::usual); });
}

int serve_demo(config::Config config, const std::map<std::string, std::string>& environment) {
    return run_below_init([&] {
        const TemporaryFolder folder;
        return serve_here(demo_config(std::move(config), folder.path()), environment, Mode::demo);
    });
}

std::optional<std::string> set_shards(const config::Config& config, std::size_t shards) {
    const Result<void> divided = store::set_shards(config.store, shards, SystemClock{});
    if (divided) return std::nullopt;
    return divided.error().what;
}

}  // namespace ecron::app
