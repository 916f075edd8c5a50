#include "app/demo.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <cstdio>

#include "app/own_url.hpp"
#include "ecron/base/log.hpp"
#include "ecron/demo/week.hpp"
#include "ecron/ui/page.hpp"

namespace ecron::app {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
    std::string name = fs::temp_directory_path() / "ecron-demo-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr)
        throw fs::filesystem_error("failed to create a temporary folder", name,
                                   {errno, std::generic_category()});
    path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code failed;
    fs::remove_all(path_, failed);
    if (failed) log::warn("failed to delete folder: folder={} error={}", path_.native(), failed.message());
}

config::Config demo_config(config::Config config, const fs::path& folder) {
    constexpr Millis kGrace{500};  // nothing of a demo is worth waiting for
    config.store.path = folder / "ecron.db";
    config.executors.command.run_directory = folder / "run";
    config.egress.loopback = execution::Loopback::allowed;  // the target listens there
    config.shutdown_grace = kGrace;
    return config;
}

Result<void> Demo::start(const config::Config& config, const Clock& clock) {
    if (const Result<void> started = target_.start(); !started) return started;
    return store::fill_store(
        config.store, clock,
        demo::week_before(clock.now(), target_.url(), config.api.tenant, config.node, config.rules));
}

void print_address(const config::Config& config, std::uint16_t port) {
    http::ServerOptions server = config.server;
    server.port = port;
    const bool has_page = config.ui_enabled && !ui::embedded_files().empty();
    fmt::print("\n  The demo is at {}{}\n", own_url(server),
               has_page ? ui::kBase : config.api.prefix + "/overview");
    if (!has_page) fmt::print("  (the API: this ecron serves no page)\n");
    fmt::print("  Ctrl-C ends it and deletes its data.\n\n");
    std::fflush(stdout);
}

}  // namespace ecron::app
