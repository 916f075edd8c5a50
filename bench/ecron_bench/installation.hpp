#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "ecron_bench/database.hpp"
#include "ecron_bench/ecron_process.hpp"
#include "ecron_bench/options.hpp"

namespace ecron::bench {

/// A directory that is removed with the object.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// The columns of a new job that ecron writes.
Table job_table(std::string name);
inline constexpr std::size_t kJobIdColumn = 0;
inline constexpr std::size_t kJobNameColumn = 1;

/// A complete installation: a directory, a database with its schema, and that many stored jobs, which are
/// enabled, planned and first due hours from now; a quarter of them has a time zone. The number of shards is
/// that of the options.
class Installation {
public:
    Installation(const Options& options, std::size_t jobs);

    /// `more`: settings in addition to those of the options; the log name distinguishes several nodes.
    std::unique_ptr<EcronProcess> start(const Environment& more = {},
                                        const std::string& log = "ecron.log") const;
    [[nodiscard]] std::unique_ptr<Connection> connect() const { return database_->connect(); }
    [[nodiscard]] double fill_rows_per_second() const { return fill_rows_per_second_; }

private:
    std::vector<Row> make_models() const;
    void fill(std::size_t jobs);
    void divide(std::size_t shards);

    const Options& options_;
    TemporaryFolder folder_;
    std::unique_ptr<Database> database_;
    double fill_rows_per_second_{};
};

/// Returns a job as a client posts it that is not due for hours.
std::string idle_job(const std::string& name, const std::string& zone);

}  // namespace ecron::bench
