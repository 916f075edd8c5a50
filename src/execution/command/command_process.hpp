#pragma once
#include <sys/resource.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ecron/execution/runner.hpp"
#include "ecron/execution/secrets.hpp"
#include "execution/command/command_output.hpp"
#include "execution/command/launch.hpp"

namespace ecron::execution {

/// A command from start to end: reads its output, ends it on timeout or cancellation, and builds the result.
/// It is finished when its process has ended: the rest of its process group is killed then, and processes
/// that left the group with its output are not waited for. Threads: the io_context's, except hide().
class CommandProcess : public std::enable_shared_from_this<CommandProcess> {
public:
    struct Limits {
        Millis timeout{};
        Millis kill_grace{};
        std::size_t output{};
    };

    CommandProcess(boost::asio::io_context& io, CommandRecord& record, Limits limits);

    /// Secrets to mask in its output. Must be called before watch().
    void hide(std::vector<std::string> secrets);
    void watch(Launched launched, Runner::Done done);
    void cancel();
    /// Kills it and waits for its end; no result is reported.
    void destroy();
    [[nodiscard]] const CommandOutput& output() const { return text_; }
    [[nodiscard]] CommandRecord& record() const { return record_; }
    [[nodiscard]] const CommandCgroup& cgroup() const { return cgroup_; }

private:
    enum class Ending : std::uint8_t { by_itself, timeout, cancelled };
    using Pipe = boost::asio::posix::stream_descriptor;
    struct Source {
        explicit Source(boost::asio::io_context& io) : pipe(io), pause(io) {}
        Pipe pipe;
        boost::asio::steady_timer pause;
        Mask mask{};
    };

    [[nodiscard]] Source& source(Stream stream) { return stream == Stream::output ? output_ : errors_; }
    void await_end();
    void await_text(Stream stream);
    enum class Left : std::uint8_t { nothing, perhaps, more };
    [[nodiscard]] Left read(Stream stream);
    void drain(Stream stream);
    void end(Ending ending);
    void signal_group(int signal) const;
    void kill_all() const;
    void ended();
    [[nodiscard]] AttemptResult result_of(const siginfo_t& how, const rusage& used) const;
    [[nodiscard]] std::string detail_of(const siginfo_t& how, const rusage& used) const;

    CommandRecord& record_;
    const Limits limits_;
    Source output_, errors_;
    Pipe process_;
    boost::asio::steady_timer deadline_;
    CommandOutput text_;
    Runner::Done done_;
    CommandCgroup cgroup_;
    pid_t pid_{0};
    Ending ending_{Ending::by_itself};
    bool killed_{false};
    bool over_{false};
};

}  // namespace ecron::execution
