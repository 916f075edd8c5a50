#pragma once
#include <boost/json/object.hpp>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "client/failure.hpp"
#include "ecron/base/time.hpp"

/// Jobs of other schedulers, converted to definitions for `apply`. Pure.
namespace ecron::client {

namespace json = boost::json;

struct Imported {
    json::object job;
    std::string origin{};                 // "crontab:12: 0 2 * * * backup"
    std::vector<std::string> warnings{};  // what does not carry over
    /// Whether the definition is written as a comment, because the API would refuse it.
    enum class Use : std::uint8_t { active, commented } use{Use::active};
};

/// The jobs of one file, warnings about parts of it that belong to no job, and the lines that cannot be read.
struct Import {
    std::vector<Imported> jobs{};
    std::vector<std::string> warnings{};
    std::vector<std::string> errors{};
};

struct ImportOptions {
    std::string file;      // for messages
    std::string timezone;  // of schedules that state none
    /// Whether the lines of a crontab have a column for the user.
    enum class UserColumn : std::uint8_t { absent, present } user_column{UserColumn::absent};
    /// Whether this machine has a user of that name, for guesses about crontabs; empty: unknown.
    std::function<bool(const std::string& name)> is_user{};
    std::string executor_url{"http://executor.example.com:9999"};  // xxl-job: where the handlers run
};

Outcome<Import> import_crontab(std::string_view text, const ImportOptions& options);
Outcome<Import> import_cronjobs(std::string_view text, const ImportOptions& options);
Outcome<Import> import_dkron(std::string_view text, const ImportOptions& options);
Outcome<Import> import_xxl_job(std::string_view text, const ImportOptions& options);

/// Makes the names of jobs unique and valid: at most 64 characters, "-2" for the second of a name.
class JobNames {
public:
    std::string unique(std::string_view wanted);

private:
    std::set<std::string> used_;
};

/// Checks the schedule of a definition as the API does. A schedule that the API would refuse turns the
/// definition into a comment with a warning.
void check_schedule(Imported& imported);

/// The number of definitions that are not comments.
[[nodiscard]] std::size_t active_jobs(const Import& import);

/// YAML for `apply`: the errors and warnings as comments; above each job its origin, warnings and next
/// occurrences as comments.
std::string format_import(const Import& import, Instant now);

}  // namespace ecron::client
