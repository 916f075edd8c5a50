#include "app/upkeep.hpp"

#include <fstream>

#include "ecron/store/upkeep.hpp"
#include "settings.hpp"
#include "takeover.hpp"

namespace ecron::app {
namespace {

Result<std::uint64_t> restore(const config::Config& config, const std::string& file) {
    std::ifstream from{file == "-" ? "/dev/stdin" : file, std::ios::binary};
    if (!from) return fail(Errc::invalid, file + " cannot be read");
    return store::restore(store_options(config), SystemClock{}, from);
}

}  // namespace

Upkeep upkeep() {
    return {
        .migrate =
            [](const config::Config& config) { return store::migrate(store_options(config), SystemClock{}); },
        .check =
            [](const config::Config& config) { return store::check(store_options(config), SystemClock{}); },
        .repair =
            [](const config::Config& config) { return store::repair(store_options(config), SystemClock{}); },
        .takeover = takeover_lines,
        .save =
            [](const config::Config& config, Scope scope, std::ostream& to) {
                return store::save(store_options(config), SystemClock{},
                                   scope == Scope::all ? store::Saved::all : store::Saved::jobs, to);
            },
        .restore = restore};
}

}  // namespace ecron::app
