#pragma once
#include <boost/asio/io_context.hpp>
#include <filesystem>

#include "ecron/base/time.hpp"
#include "ecron/config/config.hpp"
#include "ecron/demo/target.hpp"

/// `ecron serve --demo`.
namespace ecron::app {

/// A folder that only this user can read, deleted with everything in it at the end.
class TemporaryFolder {
public:
    /// Throws std::filesystem::filesystem_error.
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// The configuration of a demo whose files are in that folder.
[[nodiscard]] config::Config demo_config(config::Config config, const std::filesystem::path& folder);

/// The target and the content of the store. Lives shorter than the io_context.
class Demo {
public:
    explicit Demo(boost::asio::io_context& io) : target_(io) {}
    /// Starts the target and fills the store; blocks.
    Result<void> start(const config::Config& config, const Clock& clock);

private:
    demo::Target target_;
};

/// Prints where the demo is.
void print_address(const config::Config& config, std::uint16_t port);

}  // namespace ecron::app
