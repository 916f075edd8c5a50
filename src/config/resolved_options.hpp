#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "config/sources.hpp"
#include "ecron/config/config.hpp"

/// Resolves the collected settings to one validated value per option, and builds the Config from these.
namespace ecron::config {

/// The resolved value of every option, with its source. Threads: none.
class ResolvedOptions {
public:
    /// Later entries of `given` take precedence; an empty text means the default. Invalid values are added to
    /// `errors` and treated as not set.
    ResolvedOptions(const std::vector<RawSetting>& given, std::vector<Problem>& errors,
                    std::vector<Problem>& warnings);

    [[nodiscard]] const std::vector<Setting>& settings() const { return settings_; }
    [[nodiscard]] const Setting& at(std::string_view name) const;
    [[nodiscard]] bool is_set(std::string_view name) const;

    [[nodiscard]] const std::string& text(std::string_view name) const { return at(name).value; }
    [[nodiscard]] std::uint16_t port(std::string_view name) const;
    [[nodiscard]] std::size_t number(std::string_view name) const;
    [[nodiscard]] Millis duration(std::string_view name) const;
    [[nodiscard]] bool boolean(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> list(std::string_view name) const;

private:
    std::vector<Setting> settings_;  // in the order of kOptions
};

/// Sessions of this process with a MySQL server besides the readers: the writer, the shard locks, the lease
/// renewal.
inline constexpr std::size_t kSessionsBesideReaders = 3;

/// Fills the members that options are bound to, then those that follow from several options.
Config config_of(const ResolvedOptions& options);
/// HOST, HOST:PORT, [ADDRESS], [ADDRESS]:PORT; an IPv6 address without brackets has no port. `port`: if the
/// text has none. An invalid port is 0.
mq::Address queue_host(std::string_view option, std::string_view text, std::uint16_t port);
/// auth_enabled is set to anything but false.
[[nodiscard]] bool asks_for_tokens(const ResolvedOptions& options);

/// Cross-validation: values that require or contradict each other.
void cross_validate(const ResolvedOptions& options, const Config& config, std::vector<Problem>& errors);

}  // namespace ecron::config
