#include "ecron_bench/attacks.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <stdexcept>

#include "ecron_bench/ecron_process.hpp"

namespace ecron::bench {
namespace {

constexpr std::size_t kThreads = 4;
constexpr std::size_t kBigAnswer = std::size_t{1} << 20U;
constexpr std::size_t kBigBody = 900'000;
constexpr std::size_t kReceivers = 40;
constexpr std::size_t kJobsTogether = 1'000;
constexpr std::size_t kListedJobs = 100;
constexpr std::size_t kListedBytes = 200'000;  // of each
constexpr std::size_t kSecretUses = 20'000;
constexpr std::chrono::milliseconds kSlowReader{500};

std::string filler(std::size_t size) { return std::string(size, 'x'); }

std::string path(std::string_view rest) { return fmt::format("{}{}", kApi, rest); }

/// Returns a job that runs on request unless a schedule is given; `more` is appended to its job_context.
std::string job(const std::string& name, const std::string& url, const std::string& more = "",
                std::string_view schedule = "0 0 1 1 *") {
    return fmt::format(R"({{"job_name":"{}","job_cron_time":"{}","job_type":"scheduled","enabled":true,)"
                       R"("job_context":{{"mode":"http","exec":"{}"{}}}}})",
                       name, schedule, url, more);
}

std::string id_in(const std::string& answer) {
    constexpr std::string_view kKey = R"("job_id":")";
    const std::size_t found = answer.find(kKey);
    if (found == answer.npos) throw std::runtime_error("a created job has no id: " + answer);
    const std::size_t begin = found + kKey.size();
    return answer.substr(begin, answer.find('"', begin) - begin);
}

/// Creates the job and returns a request that runs it.
std::string request_to_run(const Attacker& attacker, const std::string& text) {
    HttpClient api{attacker.port, attacker.token};
    return fmt::format(R"({{"job_id":"{}"}})", id_in(api.post(path("/job"), text)));
}

bool run_job(const Attacker& /*attacker*/, HttpClient& api, const std::string& prepared) {
    return api.try_post(path("/jobexecution"), prepared) / 100 == 2;
}

std::string hanging(const Attacker& attacker) {
    return request_to_run(attacker, job("hang", attacker.target.url("/hang")));
}

std::string quick(const Attacker& attacker) {
    return request_to_run(attacker, job("quick", attacker.target.url("/quick")));
}

std::string failing(const Attacker& attacker) {
    constexpr const char* kRetry = R"(,"retry":{"max_attempts":1000,"initial":"1ms","max":"1ms"})";
    return request_to_run(attacker, job("fail", attacker.target.url("/fail"), kRetry));
}

std::string with_big_body(const Attacker& attacker) {
    return job("big-body", attacker.target.url("/quick"),
               fmt::format(R"(,"info":{{"method":"POST","body":{{"text":"{}"}}}})", filler(kBigBody)));
}

std::string with_big_answer(const Attacker& attacker) {
    return request_to_run(attacker, job("big-answer", attacker.target.url("/big")));
}

std::string long_list(const Attacker& attacker) {
    HttpClient api{attacker.port, attacker.token};
    const std::string more = fmt::format(R"(,"info":{{"body":{{"text":"{}"}}}})", filler(kListedBytes));
    for (std::size_t number = 0; number < kListedJobs; ++number)
        api.post(path("/job"), job(fmt::format("listed-{}", number), attacker.target.url("/quick"), more));
    return fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\n\r\n",
                       path("/job?limit=1000"), attacker.token);
}

/// Sends a request and does not read the response.
bool read_slowly(const Attacker& attacker, HttpClient& /*api*/, const std::string& prepared) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(attacker.port);
    const bool asked = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                       ::send(fd, prepared.data(), prepared.size(), MSG_NOSIGNAL) > 0;
    if (asked) std::this_thread::sleep_for(kSlowReader);
    ::close(fd);
    return asked;
}

std::string with_webhooks(const Attacker& attacker) {
    std::string all;
    for (std::size_t number = 0; number < kReceivers; ++number) {
        const std::string notify = fmt::format(R"(,"notify":{{"webhook":"{}"}})",
                                               attacker.target.url(fmt::format("/hang/{}", number)));
        all += request_to_run(attacker,
                              job(fmt::format("hook-{}", number), attacker.target.url("/quick"), notify)) +
               '\n';
    }
    return all;
}

bool run_each(const Attacker& attacker, HttpClient& api, const std::string& prepared) {
    bool accepted = false;
    for (std::size_t begin = 0; begin < prepared.size();) {
        const std::size_t end = prepared.find('\n', begin);
        accepted |= run_job(attacker, api, prepared.substr(begin, end - begin));
        begin = end + 1;
    }
    return accepted;
}

std::string jobs_at_one_instant(const Attacker& attacker) {
    HttpClient api{attacker.port, attacker.token};
    for (std::size_t number = 0; number < kJobsTogether; ++number)
        api.post(path("/job"), job(fmt::format("together-{}", number), attacker.target.url("/quick"),
                                   R"(,"overlap":"allow")", "* * * * * *"));
    return "";
}

bool wait(const Attacker& /*attacker*/, HttpClient& /*api*/, const std::string& /*prepared*/) {
    std::this_thread::sleep_for(kSlowReader);
    return true;
}

/// Returns a status report with output, as an executor of the previous service sends it.
std::string statuses(const Attacker& attacker) {
    HttpClient api{attacker.port, attacker.token};
    const std::string run = hanging(attacker);
    const std::string answer = api.post(path("/jobexecution"), run);
    return fmt::format(R"([{{"execute_id":"reported","job_id":"{}","job_name":"hang","job_type":"real-time",)"
                       R"("job_status":"success","begin_at":"2026-01-01T00:00:00Z",)"
                       R"("end_at":"2026-01-01T00:00:01Z","executor":[],"execute_times":1,)"
                       R"("ext_info":{{"text":"{}"}}}}])",
                       id_in(answer), filler(1'000));
}

bool report(const Attacker& /*attacker*/, HttpClient& api, const std::string& prepared) {
    api.put(path("/jobstatus/1"), prepared);
    return true;
}

std::string with_secrets(const Attacker& attacker) {
    std::string body;
    for (std::size_t use = 0; use < kSecretUses; ++use) body += "${secret:K}";
    return request_to_run(attacker,
                          job("secrets", attacker.target.url("/big"),
                              fmt::format(R"(,"info":{{"method":"POST","body":{{"text":"{}"}}}})", body)));
}

constexpr std::array kBehaviours{
    Behaviour{"hang", hanging, run_job},
    Behaviour{"burst", quick, run_job},
    Behaviour{"retry storm", failing, run_job},
    Behaviour{"big bodies", with_big_body, run_job},
    Behaviour{"big answers", with_big_answer, run_job},
    Behaviour{"slow readers", long_list, read_slowly},
    Behaviour{"webhooks", with_webhooks, run_each},
    Behaviour{"one instant", jobs_at_one_instant, wait},
    Behaviour{"messages", statuses, report},
    Behaviour{"secrets", with_secrets, run_job},
};

}  // namespace

HostileTarget::HostileTarget()
    : server_([](std::string_view path) -> std::optional<BeastServer::Answer> {
          if (path.starts_with("/hang")) return std::nullopt;
          if (path.starts_with("/fail")) return BeastServer::Answer{.status = 500};
          if (path.starts_with("/big")) return BeastServer::Answer{.body = filler(kBigAnswer)};
          return BeastServer::Answer{};
      }) {}

std::string HostileTarget::url(std::string_view path) const {
    return fmt::format("http://127.0.0.1:{}{}", server_.port(), path);
}

std::span<const Behaviour> behaviours() { return kBehaviours; }

Attack::Attack(const Attacker& attacker, const Behaviour& behaviour)
    : attacker_(attacker),
      behaviour_(behaviour),
      prepared_(behaviour.prepare(attacker)) {
    for (std::size_t number = 0; number < kThreads; ++number) threads_.emplace_back([this] { run(); });
}

Attack::~Attack() { ended_ = true; }

void Attack::run() {
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 19);
    HttpClient api{attacker_.port, attacker_.token};
    while (!ended_)
        if (is_accepted(api)) accepted_.fetch_add(1, std::memory_order_relaxed);
}

bool Attack::is_accepted(HttpClient& api) const try {
    return behaviour_.repeat(attacker_, api, prepared_);
} catch (const std::exception&) {  // a connection that ecron has closed
    return false;
}

}  // namespace ecron::bench
