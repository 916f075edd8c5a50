#include "execution/command/command.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "ecron/model/command_line.hpp"
#include "ecron/model/execute_id.hpp"

namespace ecron::execution {
namespace {

namespace fs = std::filesystem;

enum class Found : std::uint8_t { nothing, folder, not_executable, program };

Found look_at(const std::string& file) {
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0) return Found::nothing;
    if (S_ISDIR(status.st_mode)) return Found::folder;
    return ::access(file.c_str(), X_OK) == 0 ? Found::program : Found::not_executable;
}

std::unexpected<Error> not_a_program(const std::string& file, Found found) {
    if (found == Found::folder) return fail(Errc::invalid, fmt::format("{} is a folder", file));
    if (found == Found::not_executable) return fail(Errc::denied, fmt::format("{} is not executable", file));
    return fail(Errc::not_found, fmt::format("command not found: {}", file));
}

/// The path with symbolic links in its folders resolved.
fs::path settled(const fs::path& file) {
    std::error_code failed;
    const fs::path folder = fs::canonical(file.parent_path(), failed);
    return failed ? file.lexically_normal() : folder / file.filename();
}

/// A minimal environment with the variables that programs require.
std::map<std::string, std::string> base_environment(const AttemptOrder& order, const CommandOptions& options,
                                                    const Identity* as) {
    std::map<std::string, std::string> environment{
        {"PATH", options.path},
        {"HOME", as != nullptr ? as->home : "/"},
        {"LANG", "C.UTF-8"},
        {"ECRON_EXECUTE_ID", std::string{model::chosen_id(order.execute_id)}},
        {"ECRON_ATTEMPT", std::to_string(order.attempt)},
        {"ECRON_SCHEDULED_AT", format_rfc3339_millis(order.scheduled_at)},
        {"ECRON_JOB_ID", order.task->job_id.value()},
        {"ECRON_JOB_NAME", order.task->job_name},
    };
    if (!order.traceparent.empty()) environment.emplace("TRACEPARENT", order.traceparent);
    if (as != nullptr) environment.insert({{"USER", as->name}, {"LOGNAME", as->name}});
    return environment;
}

}  // namespace

Result<std::string> find_program(const std::string& name, std::string_view path,
                                 const std::string& directory) {
    if (name.contains('/')) {
        std::string file = name.starts_with('/') ? name : directory + '/' + name;
        const Found found = look_at(file);
        if (found != Found::program) return not_a_program(file, found);
        return file;
    }
    for (;;) {
        const std::size_t end = path.find(':');
        std::string file = fmt::format("{}/{}", path.substr(0, end), name);
        if (look_at(file) == Found::program) return file;
        if (end == path.npos) return not_a_program(name, Found::nothing);
        path.remove_prefix(end + 1);
    }
}

std::optional<std::string> allowed_program(const std::string& program,
                                           const std::vector<std::string>& allow) {
    if (allow.empty()) return program;
    const fs::path wanted = settled(program);
    const bool is_named = std::ranges::any_of(allow, [&](const std::string& entry) {
        std::error_code failed;
        if (!entry.ends_with('/')) return settled(entry) == wanted;
        const fs::path folder = fs::canonical(entry, failed);
        return !failed && wanted.parent_path() == folder;
    });
    return is_named ? std::optional{wanted.string()} : std::nullopt;
}

/// Shells, interpreters and the dynamic linker run code named by variables: BASH_ENV, PERL5OPT, PYTHONPATH,
/// LD_PRELOAD, PATH. No deny list is complete, so variables are allowed by name.
static Result<void> check_variable(const std::string& name, const CommandOptions& options) {
    if (options.allow.empty() || std::ranges::find(options.environment, name) != options.environment.end())
        return {};
    return fail(Errc::denied, fmt::format("environment: {} is not among the variables that jobs may set "
                                          "(command_environment), which command_allow limits",
                                          name));
}

Result<Program> command_of(const AttemptOrder& order, const CommandOptions& options, const Identity* as,
                           Revealer& revealer) {
    const model::Context& context = order.task->context;
    if (!options.enabled) return fail(Errc::denied, "commands are switched off (command_enabled)");
    if (context.shell && !options.shell)
        return fail(Errc::denied, "info.shell is not permitted on this node (command_shell)");
    auto words = model::command_words(context);
    if (!words)
        return fail(Errc::invalid,
                    fmt::format("exec: {} (at position {})", words.error().reason, words.error().position));
    if (words->empty() || words->front().empty()) return fail(Errc::invalid, "exec names no command");

    Program program;
    program.directory = context.working_directory.empty() ? options.directory : context.working_directory;
    Result<std::string> file = find_program(words->front(), options.path, program.directory);
    if (!file) return std::unexpected(file.error());
    std::optional<std::string> allowed = allowed_program(*file, options.allow);
    if (!allowed)
        return fail(Errc::denied,
                    fmt::format("{} is not among the programs that may run (command_allow)", *file));
    program.file = std::move(*allowed);
    program.arguments = std::move(*words);
    if (context.params)
        for (const auto& [name, value] : *context.params) program.arguments.push_back(value);

    std::map<std::string, std::string> environment = base_environment(order, options, as);
    if (context.environment) {
        for (const auto& [name, value] : *context.environment) {
            if (const Result<void> checked = check_variable(name, options); !checked)
                return std::unexpected(checked.error());
            Result<std::string> revealed = revealer.reveal(value);
            if (!revealed) return std::unexpected(revealed.error());
            environment[name] = std::move(*revealed);
        }
    }
    for (const auto& [name, value] : environment) program.environment.push_back(name + '=' + value);
    if (context.body) {
        Result<std::string> input = revealer.reveal(*context.body, Quoting::json);
        if (!input) return std::unexpected(input.error());
        program.input = std::move(*input);
    }
    return program;
}

}  // namespace ecron::execution
