#include "e2e/ecron.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <fstream>
#include <sstream>
#include <vector>

#include "e2e/wait.hpp"

namespace ecron::e2e {
namespace {

std::string variable(std::string key, const std::string& value) {
    std::ranges::transform(key, key.begin(), [](unsigned char c) { return std::toupper(c); });
    return "ECRON_" + key + '=' + value;
}

int exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status); }

std::string contents(const std::string& path) {
    const std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace

Ecron::Ecron(std::string folder, Settings settings)
    : folder_(std::move(folder)),
      binary_(ECRON_BINARY),
      settings_(std::move(settings)) {
    static int made = 0;
    number_ = ++made;
    settings_.try_emplace("cron_port", "0");
    settings_.try_emplace("lang", "en_US");
    settings_.try_emplace("log_level", "debug");
    settings_.try_emplace("shutdown_grace", "2s");
}

Ecron::~Ecron() { kill(); }

void Ecron::start(std::chrono::seconds within) {
    launch(within);
    const auto is_ready = [this] {
        if (!runs()) FAIL("ecron ended: " << log());
        return api_->get("/health/ready").status == 200;
    };
    wait_until("ecron is ready", is_ready, within);
}

void Ecron::launch(std::chrono::seconds within) {
    spawn();
    const auto listens = [this] {
        if (!runs()) FAIL("ecron ended: " << log());
        return logged("ecron listens");
    };
    wait_until("ecron listens", listens, within);
    const std::string text = log();
    const std::size_t line = text.find("ecron listens");
    const std::size_t port = text.find("port=", line);
    const bool tls = text.find("tls=on", line) != std::string::npos;
    api_ = std::make_unique<Api>(static_cast<std::uint16_t>(std::stoi(text.substr(port + 5))),
                                 tls ? settings_.at("cert_file") : std::string{});
}

int Ecron::run_to_end() {
    spawn();
    return wait_for_end();
}

void Ecron::kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::kill(pid_, SIGCONT);
    ::waitpid(std::exchange(pid_, -1), nullptr, 0);
}

int Ecron::terminate() {
    signal(SIGTERM);
    return wait_for_end();
}

void Ecron::signal(int number) const {
    REQUIRE(pid_ > 0);  // other numbers would address other processes
    ::kill(pid_, number);
}

int Ecron::wait_for_end() {
    int status = 0;
    wait_until("ecron ends", [&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; });
    pid_ = -1;
    return exit_code(status);
}

bool Ecron::runs() {
    if (pid_ <= 0) return false;
    if (::waitpid(pid_, nullptr, WNOHANG) != pid_) return true;
    pid_ = -1;
    return false;
}

std::string Ecron::stderr_path() const { return fmt::format("{}/log.{}.{}", folder_, number_, starts_); }

std::string Ecron::log() const {
    const auto file = settings_.find("log_file");
    return contents(file == settings_.end() ? stderr_path() : file->second);
}

int Ecron::run_command(std::vector<std::string> words) {
    spawn(std::move(words));
    return wait_for_end();
}

void Ecron::spawn() {
    std::vector<std::string> words{"serve"};
    words.insert(words.end(), flags_.begin(), flags_.end());
    spawn(std::move(words));
}

void Ecron::spawn(std::vector<std::string> words) {
    kill();
    ++starts_;
    std::vector<std::string> environment{"PATH=/usr/bin:/bin"};
    for (const auto& [key, value] : settings_) environment.push_back(variable(key, value));
    for (const auto& [name, value] : environment_) environment.push_back(name + '=' + value);
    std::vector<char*> variables;
    for (std::string& text : environment) variables.push_back(text.data());
    variables.push_back(nullptr);
    const std::string log_name = stderr_path();
    words.insert(words.begin(), "ecron");
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);

    const pid_t child = ::fork();
    if (child == 0) {  // only async-signal-safe calls from here on
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const int log_file = ::open(log_name.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
        ::dup2(log_file, STDOUT_FILENO);
        ::dup2(log_file, STDERR_FILENO);
        ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
        if (::chdir(folder_.c_str()) == 0) ::execve(binary_.c_str(), arguments.data(), variables.data());
        ::_exit(127);
    }
    pid_ = child;
}

}  // namespace ecron::e2e
