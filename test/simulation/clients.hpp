#pragma once
#include <vector>

#include "simulation/node.hpp"

namespace ecron::sim {

/// API clients: they edit jobs at critical times, run and cancel jobs, and send callbacks. They use store and
/// scheduler like the API's handlers. If a node rejects a request temporarily, they ask another one, so
/// requests are repeated.
class Clients {
public:
    /// Guarantees given by the responses.
    struct Promises {
        std::vector<ExecuteId> runs;       // accepted: the execution exists and ends
        std::vector<ExecuteId> cancelled;  // ended as interrupt
        std::vector<ExecuteId> reported;   // the result is stored
    };

    Clients(Timeline& timeline, Database& database, std::vector<std::unique_ptr<Node>>& nodes, Dice dice,
            Millis span);

    /// Schedules `count` edits between two times.
    void plan_edits(std::size_t count, Time from, Time until);
    void report(const ExecuteId& id);
    [[nodiscard]] const Promises& promises() const { return promises_; }

private:
    enum class Wish : std::uint8_t { create, update, enable, disable, remove, pause, resume, run, cancel };
    struct Request {
        Wish wish{};
        JobId job{};
        TenantId tenant{};
        ExecuteId execution{};
        std::uint64_t seed{};
        int tries{3};
    };
    using Done = boost::asio::awaitable<Result<void>>;

    void make(Request request);
    void send(Request request);
    void again(Request request, const Result<void>& refused);
    void send_report(ExecuteId id, int tries);
    [[nodiscard]] Node* some_node();

    static boost::asio::awaitable<void> serve(Clients& clients, Node& node, Request request);
    static boost::asio::awaitable<void> serve_report(Clients& clients, Node& node, ExecuteId id, int tries);
    static Done carry_out(Clients& clients, Node& node, Request request);
    static Done create(Clients& clients, Node& node, Request request);
    static Done update(Clients& clients, Node& node, Request request);
    static Done enable(Node& node, JobId job, bool enabled);
    static Done remove(Node& node, JobId job);
    static Done pause(Node& node, TenantId tenant, bool paused);
    static Done run(Clients& clients, Node& node, Request request);
    static Done cancel(Clients& clients, Node& node, Request request);

    Timeline& timeline_;
    Database& database_;
    std::vector<std::unique_ptr<Node>>& nodes_;
    Dice dice_;
    const Millis span_;
    std::int64_t made_{0};
    Promises promises_;
};

}  // namespace ecron::sim
