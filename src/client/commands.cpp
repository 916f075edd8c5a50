#include "ecron/client/commands.hpp"

#include "client/connection/connection.hpp"
#include "client/definitions/apply.hpp"
#include "client/import/import_command.hpp"
#include "client/jobs/commands.hpp"
#include "client/jobs/output.hpp"

/// The table of client commands.
namespace ecron::client {
namespace {

using command_line::Candidates;
using command_line::Flag;
using command_line::Pairing;
using command_line::Words;

constexpr std::string_view kJobs = "Jobs", kFiles = "Definitions in files", kImport = "Import",
                           kConnection = "Login";

std::vector<Flag> with_connection(std::vector<Flag> flags) {
    flags.insert(flags.end(), connection_flags().begin(), connection_flags().end());
    return flags;
}

Flag label_flag(std::string help) {
    return {.name = "label", .metavar = "KEY=VALUE", .help = std::move(help), .letter = 'l'};
}

Flag file_flag(std::string help) {
    return {.name = "filename",
            .metavar = "FILE",
            .help = std::move(help),
            .letter = 'f',
            .candidates = Candidates::files};
}

std::vector<Flag> plan_flags() {
    return {file_flag("File or folder with definitions; can be repeated; - is standard input."),
            {"prune", "", "Delete jobs that are not defined: all of them, or those with the labels."},
            label_flag("With --prune: delete only jobs with this label; can be repeated, all must match.")};
}

using Run = ExitCode (*)(const Environment&, const command_line::Arguments&);

/// A command whose arguments are names or ids of jobs.
ClientCommand job_row(std::string_view name, std::string_view arguments, std::string_view summary, Run run,
                      std::vector<Flag> flags = {}, std::string_view details = {},
                      std::vector<Pairing> pairings = {}) {
    return {{.name = name,
             .arguments = arguments,
             .summary = summary,
             .flags = with_connection(std::move(flags)),
             .words = Words::taken,
             .section = kJobs,
             .details = details,
             .candidates = Candidates::jobs,
             .pairings = std::move(pairings)},
            run};
}

constexpr std::string_view kFollowDetails =
    "With -f the command reconnects if the server restarts. If it cannot reach the server for 2 minutes,\n"
    "it states how to continue, and the exit code is 3: the execution may still be running.";

Flag follow_flag(std::string help) {
    return {.name = "follow", .metavar = "", .help = std::move(help), .letter = 'f'};
}

ClientCommand list_row() {
    return {
        {.name = "job list",
         .arguments = "",
         .summary = "List jobs with their next occurrence and the state of their latest execution.",
         .flags = with_connection({output_flag(),
                                   label_flag("Only jobs with this label; can be repeated, all must match."),
                                   {.name = "type",
                                    .metavar = "TYPE",
                                    .help = "Only jobs of this type.",
                                    .choices = {"scheduled", "timed", "real-time"}},
                                   {"enabled", "", "Only enabled jobs."},
                                   {"disabled", "", "Only disabled jobs."}}),
         .section = kJobs,
         .pairings = {{"enabled", Pairing::Rule::never_with, "disabled"}}},
        list_command};
}

/// The flags of a definition, which a file contains instead, and those of one kind of target.
std::vector<Pairing> create_pairings() {
    using enum Pairing::Rule;
    std::vector<Pairing> pairings;
    for (const std::string_view flag : {"cron", "tz", "url", "method", "command", "label", "disabled"})
        pairings.push_back({flag, never_with, "filename"});
    pairings.insert(
        pairings.end(),
        {{"command", never_with, "url"}, {"method", only_with, "url"}, {"tz", only_with, "cron"}});
    return pairings;
}

ClientCommand create_row() {
    return {{.name = "job create",
             .arguments = "[NAME]",
             .summary = "Create a job from flags, or jobs from a file.",
             .flags = with_connection(
                 {file_flag("File or folder with definitions; - is standard input."),
                  {"cron", "EXPRESSION", "Schedule; without it, the job runs on request only."},
                  {"tz", "ZONE", "With --cron: time zone of the schedule [the server's option timezone]."},
                  {"url", "URL", "HTTP target."},
                  {.name = "method",
                   .metavar = "METHOD",
                   .help = "With --url: HTTP method [POST].",
                   .choices = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}},
                  {"command", "COMMAND", "Instead of --url: command to run, as words of a POSIX shell."},
                  label_flag("Label of the job; can be repeated."),
                  {"disabled", "", "Create the job disabled."}}),
             .words = Words::taken,
             .section = kJobs,
             .details = "The flags describe the job NAME; with -f, the files describe the jobs.",
             .pairings = create_pairings()},
            create_command};
}

ClientCommand preview_row() {
    return {{.name = "preview",
             .arguments = "EXPRESSION",
             .summary = "Show how the server reads a schedule, and its next occurrences.",
             .flags =
                 with_connection({value_output_flag(),
                                  {"tz", "ZONE", "Time zone of the schedule [the server's option timezone]."},
                                  {"from", "INSTANT", "List occurrences after this RFC 3339 time [now]."},
                                  {"count", "N", "Number of occurrences to list, at most 1000 [5]."}}),
             .words = Words::taken,
             .section = kJobs},
            preview_command};
}

ClientCommand forecast_row() {
    return {{.name = "forecast",
             .summary = "Count the occurrences to come, and name the jobs with the most of them.",
             .flags = with_connection({value_output_flag(),
                                       {"from", "INSTANT", "Begin, as RFC 3339 time [now]."},
                                       {"to", "INSTANT", "End, as RFC 3339 time [a day after the begin]."},
                                       {"step", "DURATION", "Length of a line's period, such as 15m [1h]."}}),
             .section = kJobs},
            forecast_command};
}

std::vector<Flag> history_flags() {
    return {output_flag(),
            {"limit", "N", "Maximum number of executions [20]."},
            {.name = "state",
             .metavar = "STATE",
             .help = "Only executions in this state.",
             .choices = {"executing", "success", "failure", "abandon", "interrupt", "pending"}},
            {"since", "INSTANT", "Only executions that began at or after this RFC 3339 time."}};
}

std::vector<ClientCommand> job_commands() {
    return {
        list_row(),
        job_row("job get", "NAME…", "Show jobs by name or id.", get_command, {output_flag()}),
        create_row(),
        job_row("job edit", "NAME", "Edit the definition of a job in $VISUAL or $EDITOR.", edit_command, {},
                "If the job changes on the server in the meantime, nothing is written. A text that is "
                "refused is kept in /tmp."),
        job_row("job delete", "NAME…", "Delete jobs and interrupt their executions.", delete_command,
                {label_flag("Instead of names: all jobs with this label; can be repeated, all must match."),
                 {"yes", "", "With --label: delete without asking."}}),
        job_row("job enable", "NAME…", "Enable jobs.", enable_command),
        job_row("job disable", "NAME…", "Disable jobs: their planned executions do not start.",
                disable_command),
        job_row("job run", "NAME", "Run a job now and print the id of the execution.", run_command,
                {follow_flag(
                     "Print the output until the execution ends; the exit code is 0 if it succeeds, else 1."),
                 {"idempotency-key", "KEY", "Repeated requests with this key start one execution."}},
                kFollowDetails),
        job_row("job cancel", "NAME|EXECUTION",
                "End a job's latest execution, or the execution with that id, as interrupt.", cancel_command),
        job_row(
            "job history", "NAME", "List the executions of a job, newest first.", history_command,
            history_flags(),
            "Executions that have not started are listed with --state pending, and those that never did,\n"
            "such as skipped ones, with --state interrupt."),
        job_row("job logs", "NAME|EXECUTION",
                "Print the output of a job's latest execution, or of the execution with that id.",
                logs_command,
                {follow_flag("Print the output as it is written, until the execution ends."),
                 {.name = "stream",
                  .metavar = "STREAM",
                  .help = "Without -f: only this stream of a command.",
                  .choices = {"stdout", "stderr"}}},
                "The output of an HTTP target is its response. With -f the exit code is 0 if the execution "
                "succeeds, "
                "else 1.",
                {{"stream", Pairing::Rule::never_with, "follow"}}),
        job_row("job explain", "NAME", "Explain why a job ran or did not run at an instant.", explain_command,
                {value_output_flag(), {"at", "INSTANT", "The instant, as RFC 3339 time [now]."}}),
        preview_row(),
        forecast_row(),
    };
}

std::vector<ClientCommand> file_commands() {
    const std::vector<Pairing> pairings{{"label", Pairing::Rule::only_with, "prune"}};
    std::vector<Flag> apply_flags = plan_flags();
    apply_flags.push_back({"dry-run", "", "Show the changes and write nothing."});
    return {
        {{.name = "apply",
          .arguments = "-f FILE…",
          .summary = "Create and change jobs so that they match the definitions in files.",
          .flags = with_connection(std::move(apply_flags)),
          .words = Words::taken,
          .section = kFiles,
          .details = "Jobs are matched by job_name. A definition states the whole job: a member that is "
                     "absent takes its\n"
                     "default. Without `enabled`, a new job is enabled, and an existing one keeps its state. "
                     "Jobs that match\n"
                     "already are not written. All definitions are validated before the first change. A "
                     "`timed` job that is\n"
                     "disabled on the server after its occurrence counts as matching.",
          .candidates = Candidates::files,
          .pairings = pairings},
         apply},
        {{.name = "diff",
          .arguments = "-f FILE…",
          .summary = "Show what apply would change; the exit code is 1 if there are differences.",
          .flags = with_connection(plan_flags()),
          .words = Words::taken,
          .section = kFiles,
          .candidates = Candidates::files,
          .pairings = pairings},
         diff},
    };
}

constexpr std::string_view kImportDetails =
    "Writes definitions for apply to standard output. Each job has its origin, its next occurrences and a "
    "warning for\n"
    "each thing that does not carry over as comments; warnings also go to standard error. Nothing is sent to "
    "a server.\n"
    "The file - is standard input. A line of a crontab that cannot be read is reported, and the exit code is "
    "2.\n"
    "\n"
    "apply replaces jobs that have the same name, such as those of another machine's crontab: give each\n"
    "source its own --prefix.";

ClientCommand import_row(std::string_view name, std::string_view summary, Run run,
                         std::vector<Flag> flags = {}, std::vector<Pairing> pairings = {}) {
    flags.insert(
        flags.begin(),
        {{"tz", "ZONE", "Time zone of schedules that state none [this machine's]."},
         {"prefix", "TEXT", "Begin the names of the jobs with this text, such as the machine's name."}});
    return {{.name = name,
             .arguments = "FILE…",
             .summary = summary,
             .flags = std::move(flags),
             .words = Words::taken,
             .section = kImport,
             .details = kImportDetails,
             .candidates = Candidates::files,
             .pairings = std::move(pairings)},
            run};
}

std::vector<ClientCommand> import_commands() {
    return {
        import_row(
            "import crontab", "Convert crontabs.", import_crontab_command,
            {{"system", "", "The lines have a column for the user [for /etc/crontab and /etc/cron.d]."},
             {"user", "", "The lines have no column for the user."}},
            {{"system", Pairing::Rule::never_with, "user"}}),
        import_row("import kubernetes-cronjob",
                   "Convert manifests of Kubernetes CronJobs, or the output of kubectl get cronjobs -o yaml.",
                   import_cronjobs_command),
        import_row("import dkron", "Convert jobs of Dkron (GET /v1/jobs).", import_dkron_command),
        import_row("import xxl-job",
                   "Convert jobs of XXL-JOB (/jobinfo/pageList, or rows of xxl_job_info as JSON).",
                   import_xxl_job_command,
                   {{"executor-url", "URL", "Address of the executor that runs the handlers."}}),
    };
}

ClientCommand login_row() {
    return {
        {.name = "login",
         .arguments = "",
         .summary = "Store the address of a server and a token as a profile, after checking them.",
         .flags = with_connection({{"token-command", "COMMAND",
                                    "Shell command that prints the token; it runs for every command."}}),
         .section = kConnection,
         .details =
             "If the server requires a token and no flag states one, it is read from standard input. The\n"
             "profile is named by --profile [default] and becomes the current one. Profiles are stored in\n"
             "$XDG_CONFIG_HOME/ecron/client.yaml (~/.config/ecron/client.yaml), which only its owner can "
             "read.",
         .pairings = {{"token-command", Pairing::Rule::never_with, "token"},
                      {"token-command", Pairing::Rule::never_with, "token-file"}}},
        login_command};
}

}  // namespace

const std::vector<ClientCommand>& commands() {
    static const std::vector<ClientCommand> all = [] {
        std::vector<ClientCommand> list = job_commands();
        for (std::vector<ClientCommand> part : {file_commands(), import_commands(), {login_row()}})
            std::ranges::move(part, std::back_inserter(list));
        for (ClientCommand& command : list)
            if (std::ranges::find(command.declaration.flags, "token-file", &Flag::name) !=
                command.declaration.flags.end())
                command.declaration.pairings.push_back({"token", Pairing::Rule::never_with, "token-file"});
        return list;
    }();
    return all;
}

}  // namespace ecron::client
