#include <unistd.h>

#include <exception>
#include <iostream>

#include "app/cli.hpp"
#include "app/upkeep.hpp"
#include "ecron/app/serve.hpp"
#include "ecron/config/load.hpp"

int main(int argc, char** argv) {
    using namespace ecron;
    try {
        const SystemClock clock;
        const app::Cli cli{std::cout,
                           std::cerr,
                           clock,
                           app::environment_of(environ),
                           config::usual_files(),
                           app::serve,
                           app::set_shards,
                           app::health,
                           app::upkeep()};
        return app::run(cli, {argv + 1, argv + argc});
    } catch (const std::exception& error) {
        std::cerr << "ecron: " << error.what() << '\n';
        return 1;
    }
}
