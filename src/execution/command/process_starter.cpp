#include "execution/command/process_starter.hpp"

#include <boost/asio/post.hpp>
#include <csignal>

namespace ecron::execution {

ProcessStarter::ProcessStarter(boost::asio::io_context& io, Confinement confinement, OrphanReaper& reaper,
                               CommandCgroups* cgroups)
    : io_(io),
      confinement_(std::move(confinement)),
      reaper_(reaper),
      cgroups_(cgroups),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

ProcessStarter::~ProcessStarter() {
    thread_.request_stop();
    thread_.join();
}

void ProcessStarter::start(Prepare prepare, CommandRecord& record, Started started) {
    {
        const std::lock_guard lock{mutex_};
        orders_.push_back({std::move(prepare), &record, std::move(started)});
    }
    more_.notify_one();
}

Result<Launched> ProcessStarter::start(const Program& program, CommandRecord& record) {
    CommandCgroup cgroup = cgroups_ == nullptr ? CommandCgroup{} : cgroups_->make();
    const CommandCgroup unused{cgroup.folder(), Descriptor{}};
    const auto held = reaper_.hold();
    Result<Launched> launched = launch(program, confinement_, record, std::move(cgroup));
    if (!launched && cgroups_ != nullptr) cgroups_->give_back(unused);
    return launched;
}

void ProcessStarter::run(const std::stop_token& stop) {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);  // signals are handled by the io_context's thread
    for (;;) {
        std::unique_lock lock{mutex_};
        if (!more_.wait(lock, stop, [this] { return !orders_.empty(); }) || stop.stop_requested()) return;
        Order order = std::move(orders_.front());
        orders_.pop_front();
        lock.unlock();
        const Result<Program> program = order.prepare();
        Result<Launched> launched =
            program ? start(*program, *order.record) : std::unexpected(program.error());
        boost::asio::post(io_, [started = std::move(order.started),
                                launched = std::move(launched)]() mutable { started(std::move(launched)); });
    }
}

}  // namespace ecron::execution
