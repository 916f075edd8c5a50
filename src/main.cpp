#include <exception>
#include <iostream>

#include "app/cli.hpp"
#include "app/machine_check.hpp"
#include "app/private_process.hpp"
#include "app/upkeep.hpp"
#include "ecron/app/serve.hpp"
#include "ecron/config/load.hpp"

int main(int argc, char** argv) {
    using namespace ecron;
    try {
        app::keep_memory_private();
        const std::map<std::string, std::string> environment = app::take_environment();
        const SystemClock clock;
        const app::Cli cli{
            std::cout,
            std::cerr,
            clock,
            environment,
            config::usual_files(),
            [&](const config::Config& config) { return app::serve(config, environment); },
            app::set_shards,
            app::health,
            app::upkeep(),
            [&](const config::Attempt& attempt) { return app::check_machine(attempt, environment); },
            app::is_running,
            client::process_terminals(),
            [&](const config::Config& config) { return app::serve_demo(config, environment); }};
        return app::run(cli, {argv + 1, argv + argc});
    } catch (const std::exception& error) {
        std::cerr << "ecron: " << error.what() << '\n';
        return 1;
    }
}
