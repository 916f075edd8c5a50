#include "ecron/execution/http_runner.hpp"

#include <unordered_map>

#include "execution/http_request.hpp"

namespace ecron::execution {
namespace {

class HttpRunner final : public Runner {
public:
    HttpRunner(http::Client& client, HttpOptions options) : client_(client), options_(std::move(options)) {}

    void start(const AttemptOrder& order, Done done) override {
        const auto completion = order.task->context.completion.value_or(model::Completion::automatic);
        requests_[order.execute_id] = client_.start(
            http_request(order, options_), [this, id = order.execute_id, completion, done = std::move(done)](
                                               const Result<http::ClientResponse>& answer) mutable {
                requests_.erase(id);
                done(read_answer(answer, completion));
            });
    }

    void cancel(const ExecuteId& id) override {
        if (const auto found = requests_.find(id); found != requests_.end()) client_.cancel(found->second);
    }

    [[nodiscard]] std::string place_of(const Task& task) const override {
        return origin_of(task.context.exec);
    }

private:
    http::Client& client_;
    const HttpOptions options_;
    std::unordered_map<ExecuteId, http::Client::RequestId> requests_;
};

}  // namespace

std::unique_ptr<Runner> make_http_runner(http::Client& client, HttpOptions options) {
    return std::make_unique<HttpRunner>(client, std::move(options));
}

}  // namespace ecron::execution
