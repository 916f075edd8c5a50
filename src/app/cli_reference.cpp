#include "app/cli_reference.hpp"

#include <fmt/format.h>

#include "ecron/client/exit_code.hpp"

namespace ecron::app {

std::string reference_introduction() {
    std::string out = R"(# Command line

This page is generated from the declarations of the commands. `ecron help COMMAND` shows the same text. The binary that
runs the service also contains its client: `ecron serve` starts the service, and the commands for jobs, definitions and
login use the [REST API](api.md) of a server.

```sh
ecron serve &
ecron job create hello --cron '*/5 * * * *' --url http://localhost:8080/hello
ecron job list
ecron job run hello -f
ecron export -o yaml > jobs.yaml
ecron apply -f jobs.yaml
```

Jobs are named by `job_name` or `job_id`. If several jobs have a name, because an administrator sees those of several
tenants, the command lists their ids and does nothing.

A flag's value follows it as `--flag VALUE` or `--flag=VALUE`. Every command has `-h`, `--help` and `--version`. Colours
and progress appear only on a terminal; `NO_COLOR` disables colours.

## Definitions

`apply`, `diff` and `job create` read files and folders of YAML or JSON. A file contains one or more documents with the
members of [jobs.md](jobs.md); unknown members are errors.

```yaml
job_name: report
job_type: scheduled
job_cron_time: 30 2 * * 1-5
job_context:
  mode: https
  exec: https://example.com/report
  timezone: Europe/Berlin
  labels: {team: billing}
---
job_name: cleanup
job_type: real-time
job_context: {mode: exe, exec: /usr/local/bin/cleanup --all, timeout: 10m}
```

## Exit codes

The commands for jobs, definitions and login have these exit codes; [operations.md](operations.md) describes those of
the service.

| code | meaning |
|---|---|
)";
    for (const client::ExitCodeText& row : client::kExitCodes)
        out += fmt::format("| {} | {} |\n", static_cast<int>(row.code), row.meaning);
    return out;
}

std::vector<command_line::ManualSection> manual_sections() {
    command_line::ManualSection exit_status{"EXIT STATUS", {}};
    for (const client::ExitCodeText& row : client::kExitCodes)
        exit_status.entries.emplace_back(fmt::format("{}", static_cast<int>(row.code)),
                                         std::string{row.meaning});
    return {std::move(exit_status),
            {"ENVIRONMENT",
             {{"ECRON_SERVER, ECRON_TOKEN, ECRON_PROFILE", "Defaults of --server, --token and --profile."},
              {"ECRON_…", "Every option of the service: ECRON_CRON_PORT is cron_port."},
              {"VISUAL, EDITOR", "Editor of job edit."},
              {"NO_COLOR", "Disables colours."}}},
            {"FILES",
             {{"$XDG_CONFIG_HOME/ecron/client.yaml",
               "Profiles of ecron login; without the variable, below ~/.config."},
              {"/etc/ecron/ecron.yaml", "Configuration of the service."}}}};
}

}  // namespace ecron::app
