#include "client/import/import_command.hpp"

#include <fmt/format.h>
#include <pwd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <ostream>

#include "client/jobs/output.hpp"
#include "client/text/yaml_reader.hpp"
#include "ecron/base/utf8.hpp"
#include "ecron/cron/zone.hpp"

namespace ecron::client {
namespace {

using command_line::Arguments;
using Importer = Outcome<Import> (*)(std::string_view, const ImportOptions&);

/// The name of this machine's zone, which cron uses; UTC if it cannot be determined.
std::string machine_timezone(const Environment& environment) {
    namespace fs = std::filesystem;
    std::string name = environment.variable("TZ");
    if (name.starts_with(':')) name.erase(0, 1);
    std::error_code error;
    if (name.empty()) {
        const std::string target = fs::read_symlink("/etc/localtime", error);
        const std::size_t folder = target.find("zoneinfo/");
        if (!error && folder != target.npos) name = target.substr(folder + 9);
    }
    if (name.empty()) std::getline(std::ifstream{"/etc/timezone"} >> std::ws, name);
    return !name.empty() && cron::find_zone(name) ? name : "UTC";
}

bool is_user_here(const std::string& name) {
    passwd entry{};
    passwd* found = nullptr;
    std::vector<char> buffer(16'384);
    return ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr;
}

/// The crontabs of the system have a column for the user.
bool is_system_crontab(const std::string& path) {
    return path == "/etc/crontab" || path.starts_with("/etc/cron.d/");
}

Outcome<ImportOptions> options_for(const Environment& environment, const Arguments& arguments) {
    ImportOptions options;
    options.is_user = is_user_here;
    options.timezone = arguments.value("tz").value_or("");
    if (options.timezone.empty()) options.timezone = machine_timezone(environment);
    if (const auto zone = cron::find_zone(options.timezone); !zone)
        return failed(ExitCode::usage, "--tz: " + zone.error().what);
    if (const auto url = arguments.value("executor-url")) options.executor_url = *url;
    return options;
}

ImportOptions for_file(ImportOptions options, const std::string& file, const Arguments& arguments) {
    options.file = file == "-" ? "standard input" : file;
    const bool system = arguments.has("system") || (is_system_crontab(file) && !arguments.has("user"));
    options.user_column = system ? ImportOptions::UserColumn::present : ImportOptions::UserColumn::absent;
    return options;
}

void append(Import& to, Import&& from) {
    std::ranges::move(from.jobs, std::back_inserter(to.jobs));
    std::ranges::move(from.errors, std::back_inserter(to.errors));
    for (std::string& warning : from.warnings)
        if (std::ranges::find(to.warnings, warning) == to.warnings.end())
            to.warnings.push_back(std::move(warning));
}

/// The file and line of a job, without its text.
std::string place_of(const Imported& imported) {
    return imported.origin.substr(0, imported.origin.find(": "));
}

/// Adds the prefix. Names are unique in each file, but several files can have the same.
void name_jobs(Import& import, const std::string& prefix) {
    JobNames names;
    std::map<std::string, std::string> places;  // by name
    for (Imported& imported : import.jobs) {
        const std::string wanted = prefix + std::string{imported.job["job_name"].as_string()};
        const std::string name = names.unique(wanted);
        const auto [other, is_new] = places.emplace(wanted, place_of(imported));
        if (!is_new)
            imported.warnings.push_back(fmt::format(
                "{:?} is also the name of the job at {}: this one is {:?}", wanted, other->second, name));
        imported.job["job_name"] = name;
    }
}

void report_problems(const Environment& environment, const Import& import) {
    for (const std::string& error : import.errors) environment.err << "ecron: " << error << '\n';
    for (const std::string& warning : import.warnings)
        environment.err << "ecron: warning: " << warning << '\n';
    for (const Imported& imported : import.jobs)
        for (const std::string& warning : imported.warnings)
            environment.err << fmt::format("ecron: warning: {}: {}\n", place_of(imported), warning);
}

ExitCode import_files(const Environment& environment, const Arguments& arguments, Importer importer) {
    if (arguments.words.empty())
        return report(environment, {ExitCode::usage, {"import requires FILE; - is standard input"}});
    const auto options = options_for(environment, arguments);
    if (!options) return report(environment, options.error());
    Import all;
    for (const std::string& file : arguments.words) {
        const auto text = read_file(file);
        if (!text) return report(environment, text.error());
        std::string valid;
        append_valid_utf8(valid, *text);
        auto import = importer(valid, for_file(*options, file, arguments));
        if (!import) return report(environment, import.error());
        append(all, std::move(*import));
    }
    name_jobs(all, arguments.value("prefix").value_or(""));
    report_problems(environment, all);
    environment.out << format_import(all, environment.clock.now());
    const std::size_t active = active_jobs(all);
    const std::size_t comments = all.jobs.size() - active;
    environment.err << fmt::format(
        "ecron: {} jobs{}; check them (ecron diff -f FILE shows which jobs of the same names change), "
        "then: ecron apply -f FILE\n",
        active, comments == 0 ? "" : fmt::format(", and {} as comments", comments));
    return all.errors.empty() ? ExitCode::good : ExitCode::usage;
}

}  // namespace

ExitCode import_crontab_command(const Environment& environment, const Arguments& arguments) {
    return import_files(environment, arguments, import_crontab);
}

ExitCode import_cronjobs_command(const Environment& environment, const Arguments& arguments) {
    return import_files(environment, arguments, import_cronjobs);
}

ExitCode import_dkron_command(const Environment& environment, const Arguments& arguments) {
    return import_files(environment, arguments, import_dkron);
}

ExitCode import_xxl_job_command(const Environment& environment, const Arguments& arguments) {
    return import_files(environment, arguments, import_xxl_job);
}

}  // namespace ecron::client
