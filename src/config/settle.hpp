#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "config/given.hpp"

/// Turns what was collected into one checked value for each option, and those into the Config.
namespace ecron::config {

/// The value of every option, with who said it. Threads: none.
class Settled {
public:
    /// Later entries of `given` win; an empty text means the default. Values that are wrong are added to
    /// `errors` and count as not said.
    Settled(const std::vector<Given>& given, std::vector<Problem>& errors, std::vector<Problem>& warnings);

    [[nodiscard]] const std::vector<Setting>& settings() const { return settings_; }
    [[nodiscard]] const Setting& at(std::string_view name) const;
    [[nodiscard]] bool said(std::string_view name) const;

    [[nodiscard]] const std::string& text(std::string_view name) const { return at(name).value; }
    [[nodiscard]] std::uint16_t port(std::string_view name) const;
    [[nodiscard]] std::size_t number(std::string_view name) const;
    [[nodiscard]] Millis duration(std::string_view name) const;
    [[nodiscard]] bool boolean(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> list(std::string_view name) const;

private:
    std::vector<Setting> settings_;  // in the order of kOptions
};

/// Of this process with a MySQL server: one writes, one holds the shards' locks, one renews the lease.
inline constexpr std::size_t kSessionsBesideReaders = 3;

Config typed(const Settled& settled);
/// auth_enabled was said, and as anything but false.
[[nodiscard]] bool asks_for_tokens(const Settled& settled);

/// What one value alone cannot tell: values that need or contradict each other.
void check_together(const Settled& settled, const Config& config, std::vector<Problem>& errors);

}  // namespace ecron::config
