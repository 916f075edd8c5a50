#include "ecron/base/log.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>
#include <mutex>

#include "ecron/base/file_access.hpp"
#include "ecron/base/log_line.hpp"
#include "ecron/base/time.hpp"

namespace ecron::log {
namespace {

constexpr const char* kTextPattern = "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
constexpr const char* kJsonPattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%v})";

std::shared_ptr<spdlog::logger> make_logger(const Options& options) {
    spdlog::sink_ptr sink;
    if (options.file.empty())
        sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    else
        sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file);
    auto logger = std::make_shared<spdlog::logger>("ecron", std::move(sink));
    logger->set_pattern(options.format == Format::json ? kJsonPattern : kTextPattern,
                        spdlog::pattern_time_type::utc);
    logger->set_level(spdlog::level::trace);
    logger->flush_on(spdlog::level::info);
    return logger;
}

spdlog::level::level_enum spdlog_level(Level level) {
    switch (level) {
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warn:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

/// The process's only sink; reopen() rebuilds it from the stored options.
struct Sink {
    std::mutex mutex;
    Options options;
    std::shared_ptr<spdlog::logger> logger = make_logger({});
    std::atomic<Level> level{Level::info};
    std::atomic<Format> format{Format::text};
};

Sink& sink() {
    static Sink instance;
    return instance;
}

}  // namespace

Result<void> configure(const Options& options) {
    // The library would create the whole path of a misspelt name.
    const auto missing = options.file.empty() ? std::nullopt : why_no_folder(options.file);
    if (missing) return fail(Errc::invalid, *missing, {"log_file"});
    try {
        auto logger = make_logger(options);
        const std::scoped_lock lock{sink().mutex};
        sink().options = options;
        sink().logger = std::move(logger);
        sink().level = options.level;
        sink().format = options.format;
        return {};
    } catch (const spdlog::spdlog_ex& error) {
        return fail(Errc::unavailable, error.what(), {"log_file"});
    }
}

void reopen() {
    const Options options = [] {
        const std::scoped_lock lock{sink().mutex};
        return sink().options;
    }();
    if (const auto done = configure(options); !done)
        error("failed to reopen log file error={}", done.error().what);
}

bool enabled(Level level) { return level >= sink().level.load(std::memory_order_relaxed); }

void write(Level level, std::string_view text, fmt::format_args arguments) {
    const Line line = split_line(text, arguments);
    const std::shared_ptr<spdlog::logger> logger = [] {
        const std::scoped_lock lock{sink().mutex};
        return sink().logger;
    }();
    if (sink().format == Format::json)
        logger->log(spdlog_level(level), "{}", to_json_members(line));
    else
        logger->log(spdlog_level(level), "{}", to_text(line));
}

}  // namespace ecron::log
