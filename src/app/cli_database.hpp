#pragma once
#include <optional>
#include <string>
#include <vector>

#include "app/cli.hpp"
#include "app/cli_flags.hpp"

/// The commands that do something to a database beside serving from it.
namespace ecron::app {

/// `ecron db check|migrate|shards N`.
int database(const Cli& cli, const ParsedFlags& flags);
/// `ecron export [--all]`.
int export_rows(const Cli& cli, const ParsedFlags& flags);
/// `ecron import FILE`.
int import_rows(const Cli& cli, const ParsedFlags& flags);

/// What the flags, the environment and the files say, or nothing; what is wrong has been said then.
std::optional<config::Loaded> load(const Cli& cli, const ParsedFlags& flags);
void complain(const Cli& cli, const std::vector<std::string>& lines);

}  // namespace ecron::app
