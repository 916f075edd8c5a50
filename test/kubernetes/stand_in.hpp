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

/// Simulates a Kubernetes API server: Jobs are created, listed, watched and deleted; pods and their logs are
/// read. Plain HTTP on a free loopback port. It runs no pods: the test determines their outcome. Threads: one
/// per connection; the test's calls from any thread.
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

    /// The names of all Jobs in the order of creation, including deleted ones.
    [[nodiscard]] std::vector<std::string> made() const;
    /// The stored manifest; an empty object: no such Job exists.
    [[nodiscard]] json::object job(const std::string& name) const;
    [[nodiscard]] std::vector<std::string> deleted() const;
    [[nodiscard]] std::vector<Asked> asked(const std::string& method, const std::string& part_of_path) const;
    [[nodiscard]] std::size_t watches() const { return watches_; }
    /// The newest version sent to a watch.
    [[nodiscard]] std::int64_t told() const { return told_; }
    /// Waits until that many Jobs have been created and returns their names. Throws after a timeout.
    std::vector<std::string> wait_for_jobs(std::size_t count) const;

    // --- the role of controllers
    void succeed(const std::string& name, const std::string& log = "");
    void fail(const std::string& name, int exit_code, const std::string& log = "");
    /// Its pod runs and has written another line.
    void write(const std::string& name, const std::string& line);
    /// Its pod cannot start.
    void hold(const std::string& name, const std::string& reason, const std::string& message);
    void remove(const std::string& name);  // as with kubectl

    // --- faults
    /// Discards all versions up to now: a watch that continues from one of them gets 410 Gone.
    void forget_history();
    /// Closes the connections of all watches.
    void drop_watches();
    /// Sends the current version to every watch as a bookmark.
    void send_bookmarks();
    /// Watches are accepted but never receive anything, not even their end.
    void mute(bool muted) { muted_ = muted; }
    /// The next requests of that method, up to the given number, get this response instead.
    void refuse(const std::string& method, unsigned status, const std::string& message, int times);
    /// The next requests of that method, up to the given number, are executed, and the connection is closed
    /// without a response.
    void swallow_answers(const std::string& method, int times);
    /// Sends this text to every watch, unchanged.
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
    std::map<std::string, std::vector<std::string>> timed_lines_;  // of running pods
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
