#pragma once
#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "ecron/base/error.hpp"
#include "ecron/config/config.hpp"
#include "ecron/execution/egress.hpp"
#include "ecron/store/store.hpp"

/// Reports behaviour changes for jobs taken over from the old service, that is, for those that it has not
/// written since. docs/upgrade.md has the same list.
namespace ecron::app {

class TakeoverReport {
public:
    explicit TakeoverReport(const config::Config& config);
    void add(const store::StoredPlan& job);
    /// One line for each kind of change, with the number of jobs and an example.
    [[nodiscard]] std::vector<std::string> lines() const;

private:
    enum Kind : std::uint8_t { unknown, commands, refused_address, unverified, webhooks, kKinds };
    struct Jobs {
        std::size_t count{0};
        std::string example;
    };
    void note(Kind kind, std::string_view id);

    bool commands_enabled_;
    bool has_ca_file_;
    execution::Egress egress_;
    std::array<Jobs, kKinds> jobs_{};
};

/// Reads the jobs of the database. Blocks. Empty if the database cannot have been used by the old service.
Result<std::vector<std::string>> takeover_lines(const config::Config& config);
/// The same as log lines.
void log_takeover(const config::Config& config);

}  // namespace ecron::app
