#include "execution/starter.hpp"

#include <boost/asio/post.hpp>
#include <csignal>

namespace ecron::execution {

Starter::Starter(boost::asio::io_context& io, Confinement confinement, Stragglers& stragglers,
                 CommandCgroups* cgroups)
    : io_(io),
      confinement_(std::move(confinement)),
      stragglers_(stragglers),
      cgroups_(cgroups),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Starter::~Starter() {
    thread_.request_stop();
    thread_.join();
}

void Starter::start(Prepare prepare, CommandRecord& record, Started started) {
    {
        const std::lock_guard lock{mutex_};
        orders_.push_back({std::move(prepare), &record, std::move(started)});
    }
    more_.notify_one();
}

Result<Launched> Starter::start(const Program& program, CommandRecord& record) {
    CommandCgroup cgroup = cgroups_ == nullptr ? CommandCgroup{} : cgroups_->make();
    const CommandCgroup unused{cgroup.folder(), Descriptor{}};
    const auto held = stragglers_.hold();
    Result<Launched> launched = launch(program, confinement_, record, std::move(cgroup));
    if (!launched && cgroups_ != nullptr) cgroups_->give_back(unused);
    return launched;
}

void Starter::run(const std::stop_token& stop) {
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
