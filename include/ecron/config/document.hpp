#pragma once
#include <string>
#include <string_view>

#include "ecron/config/options.hpp"

/// Generated texts that list every option: stored in the repository, compared with the table by a test.
namespace ecron::config {

std::string configuration_page();  // docs/configuration.md
std::string sample_file();         // etc/cronsvr.yaml: every key, commented, with its default

/// The heading of a group of options.
std::string_view group_title(Group group);

/// "--cron-port" and "ECRON_CRON_PORT" for cron_port.
std::string flag_name(const Option& option);
std::string variable_name(const Option& option);
/// The expected form of an option's value, for help and errors: "a port from 0 to 65535", "one of sqlite,
/// mysql".
std::string expected_value(const Option& option);

}  // namespace ecron::config
