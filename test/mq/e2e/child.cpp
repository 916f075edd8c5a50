#include "mq/e2e/child.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "e2e/wait.hpp"

namespace ecron::e2e {

Child::Child(std::vector<std::string> words, std::string output, const std::string& input)
    : output_(std::move(output)) {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const std::string from = input.empty() ? "/dev/null" : input;
    pid_ = ::fork();
    if (pid_ == 0) {  // only async-signal-safe calls from here on
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::dup2(::open(from.c_str(), O_RDONLY), STDIN_FILENO);
        const int log = ::open(output_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
        ::dup2(log, STDOUT_FILENO);
        ::dup2(log, STDERR_FILENO);
        ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
        ::execvp(arguments.front(), arguments.data());
        ::_exit(127);
    }
}

Child& Child::operator=(Child&& other) noexcept {
    end(SIGKILL);
    pid_ = std::exchange(other.pid_, -1);
    output_ = std::move(other.output_);
    return *this;
}

void Child::end(int signal) {
    if (pid_ <= 0) return;
    ::kill(pid_, signal);
    ::waitpid(std::exchange(pid_, -1), nullptr, 0);
}

int Child::wait() {
    int status = 0;
    REQUIRE(pid_ > 0);
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::string Child::said() const {
    const std::ifstream file(output_);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<std::string> Child::lines() const {
    std::istringstream text(said());
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);)
        if (!text.eof()) lines.push_back(line);  // excludes a line that is still being written
    return lines;
}

void write_file(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace ecron::e2e
