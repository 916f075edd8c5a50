#pragma once
#include "client/import/imported.hpp"
#include "ecron/client/commands.hpp"

namespace ecron::client {

/// `ecron import crontab FILE…` and its relatives.
ExitCode import_crontab_command(const Environment& environment, const command_line::Arguments& arguments);
ExitCode import_cronjobs_command(const Environment& environment, const command_line::Arguments& arguments);
ExitCode import_dkron_command(const Environment& environment, const command_line::Arguments& arguments);
ExitCode import_xxl_job_command(const Environment& environment, const command_line::Arguments& arguments);

}  // namespace ecron::client
