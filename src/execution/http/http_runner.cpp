#include "ecron/execution/http_runner.hpp"

#include <boost/asio/post.hpp>
#include <unordered_map>

#include "ecron/execution/executors.hpp"
#include "ecron/http/origin.hpp"
#include "execution/http/http_request.hpp"

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

class HttpRunner final : public Runner {
public:
    HttpRunner(boost::asio::io_context& io, http::Client& client, const Secrets& secrets, HttpOptions options)
        : io_(io),
          client_(client),
          secrets_(secrets),
          options_(std::move(options)) {}

    void start(const AttemptOrder& order, Done done) override {
        Revealer revealer{secrets_, order.task->tenant, Destination::of_url(order.task->context.exec)};
        Result<http::ClientRequest> request = http_request(order, options_, revealer);
        if (!request) return refuse(std::move(done), request.error().what);
        const auto completion = order.task->context.completion.value_or(model::Completion::automatic);
        auto answered = [this, id = order.execute_id, completion, done = std::move(done),
                         secrets = std::move(revealer).revealed()](const http::ClientResult& answer) mutable {
            requests_.erase(id);
            AttemptResult result = read_answer(answer, completion);
            const bool is_cut = !answer || answer->cut;
            if (!secrets.empty()) take_out_secrets(result, std::move(secrets), is_cut);
            done(std::move(result));
        };
        requests_[order.execute_id] = client_.start(std::move(*request), std::move(answered));
    }

    void cancel(const ExecuteId& id) override {
        if (const auto found = requests_.find(id); found != requests_.end()) client_.cancel(found->second);
    }

    [[nodiscard]] std::string host_of(const Task& task) const override {
        return http::origin_of(task.context.exec);
    }

private:
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
    std::unordered_map<ExecuteId, http::Client::RequestId> requests_;
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
