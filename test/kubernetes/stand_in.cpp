#include "kubernetes/stand_in.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <stdexcept>

#include "ecron/base/time.hpp"
#include "ecron/http/message.hpp"

namespace ecron::kubernetes {
namespace {

using namespace std::chrono_literals;

std::string now() { return format_rfc3339(SystemClock{}.now()); }

bool send_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t size = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
        if (size <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

std::string header_of(const std::string& head, const std::string& name) {
    const std::size_t begin = head.find("\r\n" + name + ": ");
    if (begin == std::string::npos) return {};
    const std::size_t value = begin + name.size() + 4;
    return head.substr(value, head.find("\r\n", value) - value);
}

/// Handles one request; nullopt: the connection is closed.
std::optional<Asked> receive(int fd, std::string& input) {
    char buffer[16 * 1024];
    const auto fill = [&] {
        const ssize_t size = ::recv(fd, buffer, sizeof buffer, 0);
        if (size > 0) input.append(buffer, static_cast<std::size_t>(size));
        return size > 0;
    };
    while (input.find("\r\n\r\n") == std::string::npos)
        if (!fill()) return std::nullopt;
    const std::size_t end = input.find("\r\n\r\n") + 4;
    const std::string head = input.substr(0, end);
    const std::string length = header_of(head, "Content-Length");
    const std::size_t size = length.empty() ? 0 : std::stoul(length);
    while (input.size() < end + size)
        if (!fill()) return std::nullopt;
    const std::size_t first = head.find(' ');
    const std::string target = head.substr(first + 1, head.find(' ', first + 1) - first - 1);
    const std::size_t mark = target.find('?');
    Asked asked{.method = head.substr(0, first),
                .path = target.substr(0, mark),
                .query = mark == std::string::npos ? "" : target.substr(mark + 1),
                .body = input.substr(end, size),
                .authorization = header_of(head, "Authorization")};
    input.erase(0, end + size);
    return asked;
}

std::string parameter(const Asked& asked, const std::string& name) {
    for (const http::QueryParameter& one : http::parse_query(asked.query))
        if (one.name == name) return one.value;
    return {};
}

std::string name_of(const Asked& asked, const std::string& after) {
    const std::size_t at = asked.path.find(after);
    if (at == std::string::npos) return {};
    const std::size_t begin = at + after.size();
    return asked.path.substr(begin, asked.path.find('/', begin) - begin);
}

std::string text_of(unsigned status, const std::string& body) {
    return fmt::format("HTTP/1.1 {} said\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                       status, body.size(), body);
}

}  // namespace

StandIn::StandIn() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 1'024) != 0 ||
        ::getsockname(listener_, generic, &size) != 0)
        throw std::runtime_error("the stand-in cannot listen");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
}

StandIn::~StandIn() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    changed_.notify_all();
    for (Connection& connection : connections_) ::shutdown(connection.fd, SHUT_RDWR);
    for (Connection& connection : connections_) {
        connection.thread.join();
        ::close(connection.fd);
    }
}

void StandIn::accept_all() {
    for (;;) {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) return;
        const std::lock_guard lock(mutex_);
        Connection& connection = connections_.emplace_back();
        connection.fd = fd;
        connection.thread = std::thread([this, &connection] { serve(connection); });
    }
}

void StandIn::serve(Connection& connection) {
    std::string input;
    while (const std::optional<Asked> asked = receive(connection.fd, input)) {
        std::this_thread::sleep_for(std::chrono::milliseconds{delay_});
        std::optional<Answer> refusal;
        bool swallowed = false;
        {
            const std::lock_guard lock(mutex_);
            asked_.push_back(*asked);
            refusal = refused(*asked);
            const auto left = swallowed_.find(asked->method);
            swallowed = !refusal && left != swallowed_.end() && left->second-- > 0;
        }
        changed_.notify_all();
        if (!refusal && parameter(*asked, "watch") == "1") {
            watch(connection, *asked);
            break;
        }
        const Answer said = refusal ? *refusal : answer(*asked);
        if (swallowed || !send_all(connection.fd, text_of(said.status, said.body))) break;
    }
    ::shutdown(connection.fd, SHUT_RDWR);
}

std::optional<StandIn::Answer> StandIn::refused(const Asked& asked) {
    if (!token_.empty() && asked.authorization != "Bearer " + token_)
        return status(401, "Unauthorized", "Unauthorized");
    const auto found = refusals_.find(asked.method);
    if (found == refusals_.end() || found->second.times-- <= 0) return std::nullopt;
    return status(found->second.status, "Refused", found->second.message);
}

StandIn::Answer StandIn::status(unsigned code, const std::string& reason, const std::string& message) {
    return {code, json::serialize(json::object{{"kind", "Status"},
                                               {"apiVersion", "v1"},
                                               {"status", "Failure"},
                                               {"message", message},
                                               {"reason", reason},
                                               {"code", code}})};
}

StandIn::Answer StandIn::answer(const Asked& asked) {
    const std::lock_guard lock(mutex_);
    const std::string name = name_of(asked, "/jobs/");
    if (asked.method == "POST" && asked.path.ends_with("/jobs")) return make(asked);
    if (asked.method == "DELETE" && !name.empty()) return remove_asked(name);
    if (asked.method != "GET") return status(405, "MethodNotAllowed", "not here");
    if (asked.path.ends_with("/jobs")) return list(asked);
    if (asked.path.find("/pods") != std::string::npos) return pods(asked);
    const auto found = jobs_.find(name);
    if (found == jobs_.end())
        return status(404, "NotFound", fmt::format("jobs.batch \"{}\" not found", name));
    return {200, json::serialize(found->second)};
}

StandIn::Answer StandIn::make(const Asked& asked) {
    boost::system::error_code failed;
    const json::value given = json::parse(asked.body, failed);
    if (failed || !given.is_object()) return status(400, "BadRequest", "the body is no JSON object");
    json::object job = given.get_object();
    json::object& metadata = job.at("metadata").as_object();
    const std::string name{metadata.at("name").as_string()};
    if (jobs_.contains(name))
        return status(409, "AlreadyExists", fmt::format("jobs.batch \"{}\" already exists", name));
    metadata["uid"] = "uid-" + name;
    metadata["creationTimestamp"] = now();
    tell("ADDED", job);
    made_.push_back(name);
    jobs_[name] = job;
    changed_.notify_all();
    return {201, json::serialize(job)};
}

/// Pages of two Jobs, so that clients have to follow the continue token.
StandIn::Answer StandIn::list(const Asked& asked) const {
    constexpr std::size_t kMax = 2;
    const std::string from = parameter(asked, "continue");
    json::array items;
    std::string next;
    for (auto job = jobs_.lower_bound(from); job != jobs_.end(); ++job) {
        if (items.size() == kMax) {
            next = job->first;
            break;
        }
        items.push_back(job->second);
    }
    const json::object page{
        {"kind", "JobList"},
        {"metadata", json::object{{"resourceVersion", std::to_string(version_)}, {"continue", next}}},
        {"items", items}};
    return {200, json::serialize(page)};
}

StandIn::Answer StandIn::remove_asked(const std::string& name) {
    const auto found = jobs_.find(name);
    if (found == jobs_.end())
        return status(404, "NotFound", fmt::format("jobs.batch \"{}\" not found", name));
    deleted_.push_back(name);
    tell("DELETED", found->second);
    jobs_.erase(found);
    pods_.erase(name);
    changed_.notify_all();
    return {200, R"({"kind":"Status","status":"Success"})"};
}

StandIn::Answer StandIn::pods(const Asked& asked) const {
    if (asked.path.ends_with("/log")) {
        const std::string pod = name_of(asked, "/pods/");
        if (parameter(asked, "timestamps") == "true") return timed_log(pod, parameter(asked, "sinceTime"));
        const auto log = logs_.find(pod);
        if (log == logs_.end()) return status(404, "NotFound", "no such pod");
        return {200, log->second};
    }
    const std::string selector = parameter(asked, "labelSelector");
    const auto pod = pods_.find(selector.substr(selector.find('=') + 1));
    json::array items;
    if (pod != pods_.end()) items.push_back(pod->second);
    return {200, json::serialize(json::object{{"kind", "PodList"}, {"items", items}})};
}

void StandIn::watch(Connection& connection, const Asked& asked) {
    std::int64_t seen = std::stoll(parameter(asked, "resourceVersion"));
    const auto deadline = std::chrono::steady_clock::now() +
                          std::chrono::seconds{std::stol(parameter(asked, "timeoutSeconds"))};
    const auto chunk = [&](const std::string& text) {
        return send_all(connection.fd, fmt::format("{:x}\r\n{}\r\n", text.size(), text));
    };
    bool alive =
        send_all(connection.fd,
                 "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
    ++watches_;
    connection.watching = true;
    changed_.notify_all();
    std::unique_lock lock(mutex_);
    if (seen < forgotten_) {
        const Answer gone = status(410, "Expired", fmt::format("too old resource version: {}", seen));
        chunk(R"({"type":"ERROR","object":)" + gone.body + "}\n");
        alive = false;
        lock.unlock();
        send_all(connection.fd, "0\r\n\r\n");
        lock.lock();
    }
    while (alive && !stopping_ && connection.watching) {
        std::string news;
        for (const Event& event : events_)
            if (event.version > seen && !muted_) {
                news += event.text + "\n";
                seen = event.version;
            }
        if (!news.empty()) {
            lock.unlock();
            alive = chunk(news);
            told_ = seen;
            lock.lock();
            continue;
        }
        const bool over = changed_.wait_until(lock, deadline) == std::cv_status::timeout;
        if (over && !muted_) {
            lock.unlock();
            send_all(connection.fd, "0\r\n\r\n");
            lock.lock();
            break;
        }
        if (over) changed_.wait_for(lock, 100ms);
    }
    connection.watching = false;
    --watches_;
}

/// The lock must be held. Sets the object's version.
void StandIn::tell(const std::string& type, json::object& object) {
    object["metadata"].as_object()["resourceVersion"] = std::to_string(++version_);
    events_.push_back({version_, json::serialize(json::object{{"type", type}, {"object", object}})});
    changed_.notify_all();
}

std::vector<std::string> StandIn::made() const {
    const std::lock_guard lock(mutex_);
    return made_;
}

json::object StandIn::job(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = jobs_.find(name);
    return found == jobs_.end() ? json::object{} : found->second;
}

std::vector<std::string> StandIn::deleted() const {
    const std::lock_guard lock(mutex_);
    return deleted_;
}

std::vector<Asked> StandIn::asked(const std::string& method, const std::string& part_of_path) const {
    const std::lock_guard lock(mutex_);
    std::vector<Asked> found;
    for (const Asked& one : asked_)
        if (one.method == method && (one.path + '?' + one.query).find(part_of_path) != std::string::npos)
            found.push_back(one);
    return found;
}

std::vector<std::string> StandIn::wait_for_jobs(std::size_t count) const {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, 30s, [&] { return made_.size() >= count; }))
        throw std::runtime_error(fmt::format("{} Jobs were made, not {}", made_.size(), count));
    return made_;
}

/// sinceTime has a precision of seconds, as in a real API server.
StandIn::Answer StandIn::timed_log(const std::string& pod, const std::string& since) const {
    const auto lines = timed_lines_.find(pod);
    if (lines == timed_lines_.end()) return status(400, "BadRequest", "the container is waiting to start");
    std::string text;
    for (const std::string& line : lines->second)
        if (line.substr(0, 19) >= since.substr(0, 19)) text += line + '\n';
    return {200, text};
}

void StandIn::set_pod(const std::string& name, json::object pod_status) {
    pods_[name] =
        json::object{{"metadata", json::object{{"name", name + "-pod"}, {"creationTimestamp", now()}}},
                     {"spec", json::object{{"containers", json::array{json::object{{"name", "main"}}}}}},
                     {"status", std::move(pod_status)}};
}

void StandIn::end(const std::string& name, const char* condition, int exit_code, const std::string& log) {
    const std::lock_guard lock(mutex_);
    const json::object terminated{{"exitCode", exit_code},
                                  {"reason", exit_code == 0 ? "Completed" : "Error"}};
    set_pod(
        name,
        {{"phase", exit_code == 0 ? "Succeeded" : "Failed"},
         {"containerStatuses",
          json::array{json::object{{"name", "main"}, {"state", json::object{{"terminated", terminated}}}}}}});
    logs_[name + "-pod"] = log;
    json::object& ended = jobs_.at(name);
    json::object told{{"type", condition}, {"status", "True"}};
    if (exit_code != 0) {
        told["reason"] = "BackoffLimitExceeded";
        told["message"] = "Job has reached the specified backoff limit";
    }
    ended["status"] = json::object{{"conditions", json::array{told}}};
    tell("MODIFIED", ended);
}

void StandIn::succeed(const std::string& name, const std::string& log) { end(name, "Complete", 0, log); }
void StandIn::fail(const std::string& name, int exit_code, const std::string& log) {
    end(name, "Failed", exit_code, log);
}

void StandIn::write(const std::string& name, const std::string& line) {
    const std::lock_guard lock(mutex_);
    if (!pods_.contains(name))
        set_pod(name, {{"phase", "Running"},
                       {"containerStatuses",
                        json::array{json::object{{"name", "main"},
                                                 {"state", json::object{{"running", json::object{}}}}}}}});
    std::vector<std::string>& lines = timed_lines_[name + "-pod"];
    // Two lines per timestamp, with trailing zeros omitted, as some servers write them.
    lines.push_back(fmt::format("2026-01-05T10:00:{:02}.5Z {}", lines.size() / 2, line));
}

void StandIn::hold(const std::string& name, const std::string& reason, const std::string& message) {
    const std::lock_guard lock(mutex_);
    const json::object waiting{{"reason", reason}, {"message", message}};
    set_pod(name,
            {{"phase", "Pending"},
             {"containerStatuses",
              json::array{json::object{{"name", "main"}, {"state", json::object{{"waiting", waiting}}}}}}});
}

void StandIn::remove(const std::string& name) {
    const std::lock_guard lock(mutex_);
    static_cast<void>(remove_asked(name));
}

void StandIn::forget_history() {
    const std::lock_guard lock(mutex_);
    events_.clear();
    forgotten_ = ++version_;
}

void StandIn::drop_watches() {
    const std::lock_guard lock(mutex_);
    for (Connection& connection : connections_)
        if (connection.watching.exchange(false)) ::shutdown(connection.fd, SHUT_RDWR);
    changed_.notify_all();
}

void StandIn::send_bookmarks() {
    const std::lock_guard lock(mutex_);
    json::object bookmark{{"kind", "Job"}, {"metadata", json::object{}}};
    tell("BOOKMARK", bookmark);
}

void StandIn::refuse(const std::string& method, unsigned code, const std::string& message, int times) {
    const std::lock_guard lock(mutex_);
    refusals_[method] = {code, message, times};
}

void StandIn::swallow_answers(const std::string& method, int times) {
    const std::lock_guard lock(mutex_);
    swallowed_[method] = times;
}

void StandIn::say(const std::string& line) {
    const std::lock_guard lock(mutex_);
    events_.push_back({++version_, line});
    changed_.notify_all();
}

void StandIn::require_token(const std::string& token) {
    const std::lock_guard lock(mutex_);
    token_ = token;
}

}  // namespace ecron::kubernetes
