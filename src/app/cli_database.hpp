#pragma once
#include <optional>
#include <string>
#include <vector>

#include "app/cli.hpp"
#include "ecron/config/load.hpp"

/// The commands for database maintenance.
namespace ecron::app {

/// `ecron db check|migrate|shards N`.
int database(const Cli& cli, const command_line::Arguments& flags);
/// `ecron export [--all]`.
int export_rows(const Cli& cli, const command_line::Arguments& flags);
/// `ecron import FILE`.
int import_rows(const Cli& cli, const command_line::Arguments& flags);

/// The configuration from flags, environment and files; nullopt after reporting errors.
std::optional<config::Loaded> load(const Cli& cli, const command_line::Arguments& flags);
void complain(const Cli& cli, const std::vector<std::string>& lines);

}  // namespace ecron::app
