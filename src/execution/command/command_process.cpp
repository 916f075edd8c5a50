#include "execution/command/command_process.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "ecron/base/json_writer.hpp"

namespace ecron::execution {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kReadSize = 64UL * 1024;
thread_local std::array<char, kReadSize> read_buffer;
/// A stream that fills a whole buffer at once is read again only after this pause: 64 KiB every 2 ms are 32
/// MiB/s, so an endless writer does not monopolise the thread.
constexpr Millis kPauseOfFlood{2};
/// Maximum bytes read after the process has ended; more can only come from processes that it left behind.
constexpr std::size_t kMaxDrained = 1024UL * 1024;

Millis millis(const timeval& time) { return Seconds{time.tv_sec} + Millis{time.tv_usec / 1000}; }

}  // namespace

CommandProcess::CommandProcess(asio::io_context& io, CommandRecord& record, Limits limits)
    : record_(record),
      limits_(limits),
      output_(io),
      errors_(io),
      process_(io),
      deadline_(io),
      text_(limits.output) {}

void CommandProcess::hide(std::vector<std::string> secrets) {
    output_.mask = Mask{secrets};
    errors_.mask = Mask{std::move(secrets)};
}

void CommandProcess::watch(Launched launched, Runner::Done done) {
    pid_ = launched.pid;
    cgroup_ = std::move(launched.cgroup);
    done_ = std::move(done);
    process_.assign(launched.process.release());
    output_.pipe.assign(launched.output.release());
    errors_.pipe.assign(launched.errors.release());
    await_end();
    await_text(Stream::output);
    await_text(Stream::errors);
    if (ending_ != Ending::by_itself) return end(std::exchange(ending_, Ending::by_itself));
    deadline_.expires_after(limits_.timeout);
    deadline_.async_wait([self = shared_from_this()](error_code cut) {
        if (!cut) self->end(Ending::timeout);
    });
}

void CommandProcess::cancel() {
    if (pid_ == 0)
        ending_ = Ending::cancelled;  // watch() evaluates it
    else
        end(Ending::cancelled);
}

void CommandProcess::end(Ending ending) {
    if (over_ || ending_ != Ending::by_itself) return;
    ending_ = ending;
    signal_group(SIGTERM);
    signal_group(SIGCONT);  // a stopped process would not handle SIGTERM
    deadline_.expires_after(limits_.kill_grace);
    deadline_.async_wait([self = shared_from_this()](error_code cut) {
        if (cut || self->over_) return;
        self->killed_ = true;
        self->kill_all();
    });
}

/// The process is not reaped before ended(), so its pid and process group cannot be reused before.
void CommandProcess::signal_group(int signal) const { ::kill(-pid_, signal); }

void CommandProcess::kill_all() const {
    signal_group(SIGKILL);
    cgroup_.kill();  // if there is a cgroup: also kills processes that left the group
}

void CommandProcess::await_end() {
    process_.async_wait(asio::posix::descriptor_base::wait_read, [self = shared_from_this()](error_code cut) {
        if (!cut) self->ended();
    });
}

void CommandProcess::await_text(Stream stream) {
    Source& from = source(stream);
    from.pipe.async_wait(asio::posix::descriptor_base::wait_read,
                         [self = shared_from_this(), stream](error_code cut) {
                             if (cut || self->over_) return;
                             Source& ready = self->source(stream);
                             switch (self->read(stream)) {
                                 case Left::nothing:
                                     ready.pipe.close(cut);
                                     return;
                                 case Left::perhaps:
                                     return self->await_text(stream);
                                 case Left::more:
                                     ready.pause.expires_after(kPauseOfFlood);
                                     ready.pause.async_wait([self, stream](error_code stopped) {
                                         if (!stopped && !self->over_) self->await_text(stream);
                                     });
                             }
                         });
}

CommandProcess::Left CommandProcess::read(Stream stream) {
    Source& from = source(stream);
    // The pipe does not block. NOLINTNEXTLINE(clang-analyzer-unix.BlockInCriticalSection)
    const ssize_t count = ::read(from.pipe.native_handle(), read_buffer.data(), read_buffer.size());
    if (count == 0) return Left::nothing;
    if (count < 0) return errno == EAGAIN || errno == EINTR ? Left::perhaps : Left::nothing;
    const std::string_view piece{read_buffer.data(), static_cast<std::size_t>(count)};
    if (from.mask.empty())
        text_.append(stream, piece);
    else
        text_.append(stream, from.mask.feed(piece));
    return piece.size() == read_buffer.size() ? Left::more : Left::perhaps;
}

void CommandProcess::drain(Stream stream) {
    Source& from = source(stream);
    const std::uint64_t most = text_.size(stream) + kMaxDrained;
    while (from.pipe.is_open() && text_.size(stream) < most) {
        const std::uint64_t before = text_.size(stream);
        const Left left = read(stream);
        if (left == Left::nothing || text_.size(stream) == before) break;
    }
    text_.append(stream, from.mask.finish());
    error_code ignored;
    from.pipe.close(ignored);
    from.pause.cancel();
}

void CommandProcess::ended() {
    const auto self = shared_from_this();
    over_ = true;
    deadline_.cancel();
    kill_all();  // kill processes that it left behind
    drain(Stream::output);
    drain(Stream::errors);
    siginfo_t how{};
    rusage used{};
    ::syscall(SYS_waitid, P_PIDFD, process_.native_handle(), &how, WEXITED, &used);
    record_.pid.store(0, std::memory_order_release);  // only after reaping: an unrecorded child is an orphan
    error_code ignored;
    process_.close(ignored);
    auto done = std::move(done_);
    done(result_of(how, used));
}

AttemptResult CommandProcess::result_of(const siginfo_t& how, const rusage& used) const {
    AttemptResult result;
    const bool exited = how.si_code == CLD_EXITED;
    const int status = how.si_status;
    result.code = exited ? status : 128 + status;  // exit code as in shells
    result.detail = detail_of(how, used);
    result.output = text_.tail();
    if (ending_ == Ending::cancelled) {
        result.outcome = model::ExecutionState::interrupt;
        result.reason = "cancelled";
    } else if (ending_ == Ending::timeout) {
        result.timed_out = true;
        result.reason =
            fmt::format("no end within {}; {}", format_duration(limits_.timeout),
                        killed_ ? "it did not end on SIGTERM and was killed" : "SIGTERM ended it");
    } else if (!exited) {
        result.reason = fmt::format("ended by signal {} ({})", status, ::strsignal(status));
    } else if (status != 0) {
        result.reason = fmt::format("exit code {}", status);
    } else {
        result.outcome = model::ExecutionState::success;
    }
    return result;
}

std::string CommandProcess::detail_of(const siginfo_t& how, const rusage& used) const {
    std::string out;
    JsonWriter json{out};
    json.begin_object().member("pid", std::int64_t{pid_});
    json.member(how.si_code == CLD_EXITED ? "exit_code" : "signal", std::int64_t{how.si_status});
    json.member("output_size", static_cast<std::int64_t>(text_.size()));
    json.key("stderr").begin_array();
    std::int64_t offset = 0;
    for (const CommandOutput::Part& part : text_.parts()) {
        const auto size = static_cast<std::int64_t>(part.size);
        if (part.stream == Stream::errors) json.begin_array().number(offset).number(size).end_array();
        offset += size;
    }
    json.end_array();
    json.member("cpu_ms", std::int64_t{(millis(used.ru_utime) + millis(used.ru_stime)).count()});
    json.member("max_memory", std::int64_t{used.ru_maxrss} * 1024).end_object();
    return out;
}

void CommandProcess::destroy() {
    over_ = true;
    const pid_t pid = record_.pid.load(std::memory_order_acquire);
    if (pid > 0) {
        ::kill(-pid, SIGKILL);
        cgroup_.kill();
        ::waitpid(pid, nullptr, 0);
    }
    record_.pid.store(0, std::memory_order_release);
    error_code ignored;
    for (Source* from : {&output_, &errors_}) {
        from->pipe.close(ignored);
        from->pause.cancel();
    }
    process_.close(ignored);
    deadline_.cancel();
    done_ = {};
}

}  // namespace ecron::execution
