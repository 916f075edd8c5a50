#include "ecron/execution/command_runner.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <unordered_map>

#include "ecron/base/log.hpp"
#include "execution/command.hpp"
#include "execution/command_process.hpp"
#include "execution/starter.hpp"

namespace ecron::execution {
namespace {

namespace asio = boost::asio;

class RealCommands final : public Runner {
public:
    RealCommands(asio::io_context& io, const Secrets& secrets, CommandOptions options,
                 Confinement confinement, std::unique_ptr<CommandRecords> records)
        : io_(io),
          secrets_(secrets),
          options_(std::move(options)),
          identity_(confinement.identity),
          records_(std::move(records)),
          starter_(std::in_place, io, std::move(confinement)) {}

    ~RealCommands() override {
        starter_.reset();  // from here on nothing is started
        for (const auto& [id, running] : running_) running.process->destroy();
    }
    RealCommands(const RealCommands&) = delete;
    RealCommands& operator=(const RealCommands&) = delete;

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
            Revealer revealer{secrets_, order.task->tenant};
            const Identity* const as = identity_ ? &*identity_ : nullptr;
            Result<Program> program = command_of(order, options_, as, revealer);
            process->hide(std::move(revealer).revealed());
            return program;
        };
        auto started = [this, alive = std::weak_ptr{alive_}, id = order.execute_id, process,
                        done = std::move(done)](Result<Launched> launched) mutable {
            if (alive.expired()) return;
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
        running_.erase(found);
        done(std::move(result));
    }

    asio::io_context& io_;
    const Secrets& secrets_;
    const CommandOptions options_;
    const std::optional<Identity> identity_;
    std::unique_ptr<CommandRecords> records_;
    std::unordered_map<ExecuteId, Running> running_;
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);
    std::optional<Starter> starter_;
};

/// Where commands are switched off.
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

Result<Confinement> confinement_of(const CommandOptions& options) {
    Confinement confinement;
    if (!options.user.empty()) {
        Result<Identity> identity = identity_of(options.user);
        if (!identity) return std::unexpected(Error{Errc::invalid, "command_user: " + identity.error().what});
        if (::geteuid() != 0 && ::geteuid() != identity->user)
            return fail(Errc::denied, "command_user: only root can run commands as somebody else");
        if (::geteuid() == 0) confinement.identity = std::move(*identity);
    }
    confinement.limits.emplace_back(RLIMIT_CORE, 0);
    if (options.memory > 0) confinement.limits.emplace_back(RLIMIT_AS, options.memory);
    if (options.cpu_seconds > 0) confinement.limits.emplace_back(RLIMIT_CPU, options.cpu_seconds);
    if (options.open_files > 0) confinement.limits.emplace_back(RLIMIT_NOFILE, options.open_files);
    if (options.file_size > 0) confinement.limits.emplace_back(RLIMIT_FSIZE, options.file_size);
    return confinement;
}

}  // namespace

Result<std::unique_ptr<Runner>> make_command_runner(asio::io_context& io, const Secrets& secrets,
                                                    CommandOptions options) {
    const Result<std::size_t> ended = end_orphans(options.run_directory, options.kill_grace);
    if (!ended) return std::unexpected(ended.error());
    if (*ended > 0) log::warn("commands of an ecron that was killed were ended processes={}", *ended);
    if (!options.enabled) return std::make_unique<NoCommands>(io);
    Result<Confinement> confinement = confinement_of(options);
    if (!confinement) return std::unexpected(confinement.error());
    Result<std::unique_ptr<CommandRecords>> records =
        CommandRecords::open(options.run_directory, options.limit);
    if (!records) return std::unexpected(records.error());
    return std::make_unique<RealCommands>(io, secrets, std::move(options), std::move(*confinement),
                                          std::move(*records));
}

}  // namespace ecron::execution
