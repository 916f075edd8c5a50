#pragma once
#include <atomic>
#include <boost/json/object.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

/// Stands in for a Kubernetes API server where Jobs are made, listed, watched and deleted, and pods and their
/// logs read. Plain HTTP on a free loopback port. It runs no pods: the test says how they end. Threads: one a
/// connection; the test's calls from any.
namespace ecron::kubernetes {

namespace json = boost::json;

struct Asked {
    std::string method, path, query, body, authorization;
};

class StandIn {
public:
    StandIn();
    ~StandIn();
    StandIn(const StandIn&) = delete;
    StandIn& operator=(const StandIn&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

    /// The Jobs' names in the order in which they were made, those that are gone too.
    [[nodiscard]] std::vector<std::string> made() const;
    /// The manifest as it was stored; an empty object: no such Job (any more).
    [[nodiscard]] json::object job(const std::string& name) const;
    [[nodiscard]] std::vector<std::string> deleted() const;
    [[nodiscard]] std::vector<Asked> asked(const std::string& method, const std::string& part_of_path) const;
    [[nodiscard]] std::size_t watches() const { return watches_; }
    /// The newest version that a watch was told of.
    [[nodiscard]] std::int64_t told() const { return told_; }
    /// Waits until so many Jobs were made; the names. Fewer in time: an exception.
    std::vector<std::string> wait_for_jobs(std::size_t count) const;

    // --- what the controllers would do
    void succeed(const std::string& name, const std::string& log = "");
    void fail(const std::string& name, int exit_code, const std::string& log = "");
    /// Its pod runs, and has written another line.
    void write(const std::string& name, const std::string& line);
    /// Its pod cannot begin.
    void hold(const std::string& name, const std::string& reason, const std::string& message);
    void remove(const std::string& name);  // as a person with kubectl would

    // --- what goes wrong
    /// Versions up to now are forgotten: who goes on from one is told 410 Gone.
    void forget_history();
    /// Closes the connections of all watches.
    void drop_watches();
    /// Tells every watch the present version.
    void send_bookmarks();
    /// Watches are answered and never told anything, not even their end.
    void mute(bool muted) { muted_ = muted; }
    /// The next so many requests of that method get this answer instead.
    void refuse(const std::string& method, unsigned status, const std::string& message, int times);
    /// The next so many requests of that method are carried out, and the connection closed without an answer.
    void swallow_answers(const std::string& method, int times);
    /// What every watch is told next, as it is.
    void say(const std::string& line);
    void require_token(const std::string& token);
    void slow_down(std::chrono::milliseconds by) { delay_ = by.count(); }

private:
    struct Event {
        std::int64_t version;
        std::string text;
    };
    struct Refusal {
        unsigned status;
        std::string message;
        int times;
    };
    struct Connection {
        int fd;
        std::thread thread;
        std::atomic<bool> watching{false};
    };
    struct Answer {
        unsigned status{200};
        std::string body;
    };

    void accept_all();
    void serve(Connection& connection);
    Answer answer(const Asked& asked);
    Answer make(const Asked& asked);
    Answer list(const Asked& asked) const;
    Answer remove_asked(const std::string& name);
    Answer pods(const Asked& asked) const;
    [[nodiscard]] Answer timed_log(const std::string& pod, const std::string& since) const;
    void watch(Connection& connection, const Asked& asked);
    void tell(const std::string& type, json::object& object);
    void end(const std::string& name, const char* condition, int exit_code, const std::string& log);
    void set_pod(const std::string& name, json::object status);
    std::optional<Answer> refused(const Asked& asked);
    static Answer status(unsigned code, const std::string& reason, const std::string& message);

    int listener_{-1};
    std::uint16_t port_{0};
    std::atomic<bool> stopping_{false}, muted_{false};
    std::atomic<long> delay_{0};
    std::atomic<std::size_t> watches_{0};
    std::atomic<std::int64_t> told_{0};
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::int64_t version_{100}, forgotten_{0};
    std::map<std::string, json::object> jobs_, pods_;
    std::map<std::string, std::string> logs_;
    std::map<std::string, std::vector<std::string>> timed_lines_;  // of pods that run
    std::vector<std::string> made_, deleted_;
    std::vector<Asked> asked_;
    std::deque<Event> events_;
    std::map<std::string, Refusal> refusals_;
    std::map<std::string, int> swallowed_;
    std::string token_;
    std::list<Connection> connections_;
    std::thread acceptor_;
};

}  // namespace ecron::kubernetes
