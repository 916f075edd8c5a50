#include "app/upkeep.hpp"

#include <fstream>

#include "app/settings.hpp"
#include "app/takeover.hpp"
#include "ecron/store/upkeep.hpp"

namespace ecron::app {
namespace {

Result<std::uint64_t> restore(const config::Config& config, const std::string& file) {
    std::ifstream from{file == "-" ? "/dev/stdin" : file, std::ios::binary};
    if (!from) return fail(Errc::invalid, file + " cannot be read");
    return store::import_store(config.store, SystemClock{}, from);
}

}  // namespace

Upkeep upkeep() {
    return {
        .migrate = [](const config::Config& config) { return store::migrate(config.store, SystemClock{}); },
        .check = [](const config::Config& config) { return store::check(config.store, SystemClock{}); },
        .repair = [](const config::Config& config) { return store::repair(config.store, SystemClock{}); },
        .takeover = takeover_lines,
        .save =
            [](const config::Config& config, Scope scope, std::ostream& to) {
                return store::export_store(
                    config.store, SystemClock{},
                    scope == Scope::all ? store::ExportScope::all : store::ExportScope::jobs, to);
            },
        .restore = restore};
}

}  // namespace ecron::app
