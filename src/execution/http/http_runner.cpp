#include "ecron/execution/http_runner.hpp"

#include <boost/asio/post.hpp>
#include <cassert>
#include <memory>
#include <optional>
#include <unordered_map>

#include "ecron/base/async.hpp"
#include "ecron/base/off_loop.hpp"
#include "ecron/execution/executors.hpp"
#include "ecron/http/origin.hpp"
#include "execution/http/http_request.hpp"
#include "execution/lifetime.hpp"

namespace ecron::execution {
namespace {

/// Masks secrets: a target may echo its request.
void take_out_secrets(AttemptResult& result, std::vector<std::string> secrets, bool is_cut) {
    Mask mask{std::move(secrets)};
    if (mask.empty()) return;
    result.reason = mask.whole(result.reason);
    result.detail = mask.whole(result.detail);
    result.output = is_cut ? mask.feed(result.output) : mask.whole(result.output);
}

AttemptResult result_of(const http::ClientResult& answer, model::Completion completion,
                        std::vector<std::string> secrets) {
    AttemptResult result = read_answer(answer, completion);
    const bool is_cut = !answer || answer->cut;
    if (!secrets.empty()) take_out_secrets(result, std::move(secrets), is_cut);
    return result;
}

std::size_t result_work(const http::ClientResult& answer, const std::vector<std::string>& secrets) {
    std::size_t bytes = answer_work(answer);
    for (const std::string& secret : secrets) bytes += secret.size();
    return bytes;
}

/// Large requests are built, and large responses are read and masked, beside the io_context's thread.
class HttpRunner final : public Runner {
public:
    HttpRunner(boost::asio::io_context& io, http::Client& client, const Secrets& secrets, HttpOptions options)
        : io_(io),
          client_(client),
          secrets_(secrets),
          options_(std::move(options)),
          gate_(io) {}
    ~HttpRunner() override { lifetime_->end(); }
    HttpRunner(const HttpRunner&) = delete;
    HttpRunner& operator=(const HttpRunner&) = delete;

    void start(const AttemptOrder& order, Done done) override {
        if (request_work(order.task->context) <= kLargeWork)
            return send(order, build(order), std::move(done));
        const bool is_new = building_.emplace(order.execute_id, Building::wanted).second;
        assert(is_new);  // the pool starts one attempt of an execution at a time
        gate_.spawn("http request", build_and_send(lifetime_, order, std::move(done)));
    }

    void cancel(const ExecuteId& id) override {
        if (const auto sent = requests_.find(id); sent != requests_.end()) client_.cancel(sent->second);
        if (const auto found = building_.find(id); found != building_.end())
            found->second = Building::cancelled;
    }

    [[nodiscard]] std::string host_of(const Task& task) const override {
        return http::origin_of(task.context.exec);
    }

private:
    static model::Completion completion_of(const Task& task) {
        return task.context.completion.value_or(model::Completion::automatic);
    }

    enum class Building : std::uint8_t { wanted, cancelled };
    struct Built {
        Result<http::ClientRequest> request;
        std::vector<std::string> secrets;
    };

    [[nodiscard]] Built build(const AttemptOrder& order) const {
        Revealer revealer{secrets_, order.task->tenant, Destination::of_url(order.task->context.exec)};
        Result<http::ClientRequest> request = http_request(order, options_, revealer);
        return {std::move(request), std::move(revealer).revealed()};
    }

    boost::asio::awaitable<void> build_and_send(std::shared_ptr<Lifetime> lifetime, AttemptOrder order,
                                                Done done) {
        std::optional<Built> built;
        const Workload load{order.task->tenant.value(), request_work(order.task->context)};
        co_await carry_out_off_loop(load, [&] { lifetime->use([&] { built = build(order); }); });
        if (lifetime->ended()) co_return;
        const bool cancelled = building_.extract(order.execute_id).mapped() == Building::cancelled;
        if (cancelled) built->request = fail(Errc::unavailable, "cancelled");
        send(order, std::move(*built), std::move(done));
    }

    void send(const AttemptOrder& order, Built built, Done done) {
        if (!built.request) return refuse(std::move(done), built.request.error().what);
        auto answered = [this, id = order.execute_id, task = order.task, done = std::move(done),
                         secrets = std::move(built.secrets)](http::ClientResult answer) mutable {
            requests_.erase(id);
            if (result_work(answer, secrets) <= kLargeWork)
                return done(result_of(answer, completion_of(*task), std::move(secrets)));
            gate_.spawn("http response", read_and_report(lifetime_, std::move(answer), std::move(task),
                                                         std::move(secrets), std::move(done)));
        };
        requests_[order.execute_id] = client_.start(std::move(*built.request), std::move(answered));
    }

    static boost::asio::awaitable<void> read_and_report(std::shared_ptr<Lifetime> lifetime,
                                                        http::ClientResult answer, TaskPtr task,
                                                        std::vector<std::string> secrets, Done done) {
        const Workload load{task->tenant.value(), result_work(answer, secrets)};
        AttemptResult result = co_await off_loop(
            load, [&] { return result_of(answer, completion_of(*task), std::move(secrets)); });
        if (!lifetime->ended()) done(std::move(result));
    }

    void refuse(Done done, std::string reason) {
        boost::asio::post(io_, [done = std::move(done), reason = std::move(reason)]() mutable {
            AttemptResult result;
            result.reason = std::move(reason);
            done(std::move(result));
        });
    }

    boost::asio::io_context& io_;
    http::Client& client_;
    const Secrets& secrets_;
    const HttpOptions options_;
    const std::shared_ptr<Lifetime> lifetime_ = std::make_shared<Lifetime>();
    std::unordered_map<ExecuteId, Building> building_;
    std::unordered_map<ExecuteId, http::Client::RequestId> requests_;
    Gate gate_;
};

}  // namespace

std::unique_ptr<Runner> make_http_runner(boost::asio::io_context& io, http::Client& client,
                                         const Secrets& secrets, HttpOptions options) {
    return std::make_unique<HttpRunner>(io, client, secrets, std::move(options));
}

const ExecutorKind kHttpExecutor{
    .name = "http",
    .handles =
        [](const model::Context& context) {
            return context.mode == model::Mode::http || context.mode == model::Mode::https;
        },
    .limits =
        [](const ExecutorOptions& options) {
            return ExecutorKind::Limits{.total = options.http.limit, .per_host = options.http.per_host};
        },
    .make = [](const ExecutorContext& context,
               const ExecutorOptions& options) -> Result<std::unique_ptr<Runner>> {
        return make_http_runner(context.io, context.client, context.secrets, options.http);
    }};

}  // namespace ecron::execution
