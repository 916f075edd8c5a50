#include "ecron/execution/command_runner.hpp"

#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <unordered_map>

#include "ecron/base/file_access.hpp"
#include "ecron/base/log.hpp"
#include "ecron/execution/executors.hpp"
#include "ecron/model/kubernetes.hpp"
#include "execution/command/command.hpp"
#include "execution/command/command_process.hpp"
#include "execution/command/orphan_reaper.hpp"
#include "execution/command/process_starter.hpp"

namespace ecron::execution {
namespace {

namespace asio = boost::asio;

class CommandRunner final : public Runner {
public:
    CommandRunner(asio::io_context& io, const Secrets& secrets, CommandOptions options,
                  Confinement confinement, std::unique_ptr<CommandRecords> records,
                  std::unique_ptr<CommandCgroups> cgroups)
        : io_(io),
          secrets_(secrets),
          options_(std::move(options)),
          identity_(confinement.identity),
          records_(std::move(records)),
          cgroups_(std::move(cgroups)),
          reaper_(*records_),
          starter_(std::in_place, io, std::move(confinement), reaper_, cgroups_.get()) {}

    ~CommandRunner() override {
        starter_.reset();  // nothing is started from here on
        for (const auto& [id, running] : running_) running.process->destroy();
    }
    CommandRunner(const CommandRunner&) = delete;
    CommandRunner& operator=(const CommandRunner&) = delete;

    void start(const AttemptOrder& order, Done done) override {
        CommandRecord* const record = records_->take(order.execute_id);
        if (record == nullptr) return refuse(std::move(done), "more commands than command_max");
        auto process = std::make_shared<CommandProcess>(
            io_, *record,
            CommandProcess::Limits{.timeout = order.task->context.timeout.value_or(options_.timeout),
                                   .kill_grace = options_.kill_grace,
                                   .output = options_.output_limit});
        running_[order.execute_id] = {order.attempt, process};
        auto prepare = [this, order, process]() -> Result<Program> {
            Revealer revealer{secrets_, order.task->tenant, Destination::command()};
            const Identity* const as = identity_ ? &*identity_ : nullptr;
            Result<Program> program = command_of(order, options_, as, revealer);
            process->hide(std::move(revealer).revealed());
            return program;
        };
        auto started = [this, alive = std::weak_ptr{alive_}, id = order.execute_id, process,
                        done = std::move(done)](Result<Launched> launched) mutable {
            if (alive.expired()) return;
            reaper_.request_pass();
            if (!launched) return end(id, std::move(done), failed(launched.error().what));
            process->watch(std::move(*launched),
                           [this, id, done = std::move(done)](AttemptResult result) mutable {
                               end(id, std::move(done), std::move(result));
                           });
        };
        starter_->start(std::move(prepare), *record, std::move(started));
    }

    void cancel(const ExecuteId& id) override {
        if (const auto found = running_.find(id); found != running_.end()) found->second.process->cancel();
    }

    [[nodiscard]] std::optional<LiveOutput> output_since(const ExecuteId& id, std::uint64_t begin) override {
        const auto found = running_.find(id);
        if (found == running_.end()) return std::nullopt;
        return live_output(found->second.process->output(), found->second.attempt, begin);
    }

private:
    struct Running {
        int attempt{};
        std::shared_ptr<CommandProcess> process;
    };

    static AttemptResult failed(std::string reason) {
        AttemptResult result;
        result.reason = std::move(reason);
        return result;
    }

    void refuse(Done done, std::string reason) {
        asio::post(io_, [done = std::move(done), reason = std::move(reason)]() mutable {
            done(failed(std::move(reason)));
        });
    }

    void end(const ExecuteId& id, Done done, AttemptResult result) {
        const auto found = running_.find(id);
        records_->give_back(found->second.process->record());
        if (cgroups_) cgroups_->give_back(found->second.process->cgroup());
        running_.erase(found);
        reaper_.request_pass();
        done(std::move(result));
    }

    asio::io_context& io_;
    const Secrets& secrets_;
    const CommandOptions options_;
    const std::optional<Identity> identity_;
    std::unique_ptr<CommandRecords> records_;
    std::unique_ptr<CommandCgroups> cgroups_;  // nullptr: the kernel does not permit ecron to create cgroups
    OrphanReaper reaper_;
    std::unordered_map<ExecuteId, Running> running_;
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);
    std::optional<ProcessStarter> starter_;
};

/// Used if commands are disabled.
class NoCommands final : public Runner {
public:
    explicit NoCommands(asio::io_context& io) : io_(io) {}
    void start(const AttemptOrder&, Done done) override {
        asio::post(io_, [done = std::move(done)]() mutable {
            AttemptResult result;
            result.reason = "commands are switched off (command_enabled)";
            done(std::move(result));
        });
    }
    void cancel(const ExecuteId&) override {}

private:
    asio::io_context& io_;
};

constexpr std::string_view kConsent =
    "which can read and change ecron's database, token file and secrets: set command_user to another user, "
    "or consent with command_as_self: true";

/// Changing to another user requires privileges, which the service's unit may grant without running ecron as
/// root.
bool may_change_user() {
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
    if (::syscall(SYS_capget, &header, data.data()) != 0) return ::geteuid() == 0;
    constexpr std::uint32_t kNeeded = (1U << CAP_SETUID) | (1U << CAP_SETGID);
    return (data[0].effective & kNeeded) == kNeeded;
}

/// The user that commands run as; nullopt: ecron's own.
Result<std::optional<Identity>> identity_for(const CommandOptions& options) {
    if (options.user.empty() && !options.as_self)
        return fail(Errc::denied,
                    fmt::format("command_enabled: commands would run as ecron's own user, {}", kConsent));
    if (options.user.empty()) return std::optional<Identity>{};
    Result<Identity> identity = identity_of(options.user);
    if (!identity) return fail(Errc::invalid, "command_user: " + identity.error().what);
    if (identity->user == ::geteuid() && !options.as_self)
        return fail(Errc::denied,
                    fmt::format("command_user: {} is ecron's own user, {}", options.user, kConsent));
    if (identity->user == 0 && !options.as_self)
        return fail(Errc::denied, fmt::format("command_user: {} is root, {}", options.user, kConsent));
    if (!may_change_user()) {
        if (identity->user == ::geteuid()) return std::optional<Identity>{};
        return fail(Errc::denied,
                    "command_user: running commands as another user needs root, or the capabilities "
                    "CAP_SETUID, CAP_SETGID and CAP_KILL");
    }
    return std::optional{std::move(*identity)};
}

Result<void> refuse_exposed(const CommandOptions& options, const Identity& identity) {
    const Account account{.user = identity.user, .group = identity.group, .groups = identity.groups};
    for (const std::string& file : options.private_files) {
        if (const auto readable = readable_file(file, account); readable)
            return fail(Errc::denied,
                        fmt::format("command_user: {} can read {}, and so can every command: remove that "
                                    "permission (chmod o-rwx, or another group)",
                                    identity.name, *readable));
        if (const auto folder = replaceable_in(file, account); folder)
            return fail(Errc::denied,
                        fmt::format("command_user: {} can write {}, and so can every command replace {}: "
                                    "remove that permission (chmod o-w, or another group)",
                                    identity.name, *folder, file));
    }
    return {};
}

Result<Confinement> confinement_of(const CommandOptions& options) {
    Confinement confinement;
    Result<std::optional<Identity>> identity = identity_for(options);
    if (!identity) return std::unexpected(identity.error());
    confinement.identity = std::move(*identity);
    const bool is_other =
        confinement.identity && confinement.identity->user != ::geteuid() && confinement.identity->user != 0;
    if (is_other)
        if (const Result<void> hidden = refuse_exposed(options, *confinement.identity); !hidden)
            return std::unexpected(hidden.error());
    confinement.limits.emplace_back(RLIMIT_CORE, 0);
    if (options.memory > 0) confinement.limits.emplace_back(RLIMIT_AS, options.memory);
    if (options.cpu_time > Seconds{0})
        confinement.limits.emplace_back(RLIMIT_CPU, static_cast<rlim_t>(options.cpu_time.count()));
    if (options.open_files > 0) confinement.limits.emplace_back(RLIMIT_NOFILE, options.open_files);
    // RLIMIT_NPROC counts all processes of a user; for ecron's own user it would include ecron's threads.
    if (options.processes > 0 && confinement.identity)
        confinement.limits.emplace_back(RLIMIT_NPROC, options.processes);
    if (options.file_size > 0) confinement.limits.emplace_back(RLIMIT_FSIZE, options.file_size);
    return confinement;
}

/// The cgroups for commands, if ecron may create them; logs the decision and the reason.
std::unique_ptr<CommandCgroups> open_cgroups(const CommandOptions& options) {
    const auto without = [](const Error& why) {
        log::info("commands run without cgroups, leftover processes are found by parent: reason={}",
                  why.what);
        return nullptr;
    };
    const Result<std::string> parent = options.cgroup.empty() ? own_cgroup() : options.cgroup;
    if (!parent) return without(parent.error());
    const std::string owner = std::filesystem::absolute(options.run_directory);
    Result<std::unique_ptr<CommandCgroups>> cgroups =
        CommandCgroups::open(*parent, owner, {.processes = options.processes});
    if (!cgroups) return without(cgroups.error());
    log::info("commands run in cgroups of their own: folder={} process_limit={}", (*cgroups)->folder(),
              (*cgroups)->limits_processes() ? "per-command" : "per-user");
    return std::move(*cgroups);
}

}  // namespace

Result<std::unique_ptr<Runner>> make_command_runner(asio::io_context& io, const Secrets& secrets,
                                                    CommandOptions options) {
    const Result<std::size_t> ended = end_orphans(options.run_directory, options.kill_grace);
    if (!ended) return std::unexpected(ended.error());
    if (*ended > 0) log::warn("ended commands of an earlier ecron process: processes={}", *ended);
    if (!options.enabled) return std::make_unique<NoCommands>(io);
    Result<Confinement> confinement = confinement_of(options);
    if (!confinement) return std::unexpected(confinement.error());
    Result<std::unique_ptr<CommandRecords>> records =
        CommandRecords::open(options.run_directory, options.limit);
    if (!records) return std::unexpected(records.error());
    std::unique_ptr<CommandCgroups> cgroups = open_cgroups(options);
    return std::make_unique<CommandRunner>(io, secrets, std::move(options), std::move(*confinement),
                                           std::move(*records), std::move(cgroups));
}

namespace {

Result<void> check_confinement(const CommandOptions& options) {
    if (!options.enabled) return {};
    const Result<Confinement> confinement = confinement_of(options);
    return confinement ? Result<void>{} : std::unexpected(confinement.error());
}

}  // namespace

const ExecutorKind kCommandExecutor{
    .name = "command",
    .handles =
        [](const model::Context& context) {
            return context.mode == model::Mode::exe && !model::is_kubernetes_job(context);
        },
    .check = [](const ExecutorOptions& options,
                const std::map<std::string, std::string>&) { return check_confinement(options.command); },
    .limits =
        [](const ExecutorOptions& options) { return ExecutorKind::Limits{.total = options.command.limit}; },
    .make =
        [](const ExecutorContext& context, const ExecutorOptions& options) {
            return make_command_runner(context.io, context.secrets, options.command);
        },
    .stops_with_lease = true};

}  // namespace ecron::execution
