#include "e2e/client.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "ecron/base/uuid.hpp"

namespace ecron::e2e {
namespace {

std::string contents(const std::string& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> list;
    for (std::string& text : texts) list.push_back(text.data());
    list.push_back(nullptr);
    return list;
}

}  // namespace

Client::Client(std::uint16_t port)
    : folder_(std::filesystem::temp_directory_path() / ("ecron-cli-" + random_uuid())) {
    std::filesystem::create_directory(folder_);
    environment_ = {{"PATH", "/usr/bin:/bin"},
                    {"XDG_CONFIG_HOME", folder_},
                    {"ECRON_SERVER", fmt::format("http://127.0.0.1:{}", port)}};
}

std::string Client::binary() { return ECRON_BINARY; }

Client::~Client() { std::filesystem::remove_all(folder_); }

std::string Client::file(const std::string& name, const std::string& text) const {
    std::string path = folder_ + '/' + name;
    std::filesystem::create_directories(std::filesystem::path{path}.parent_path());
    std::ofstream{path} << text;
    return path;
}

Client& Client::run(const std::vector<std::string>& words, const std::string& input) {
    std::vector<std::string> arguments = words, variables;
    arguments.insert(arguments.begin(), "ecron");
    for (const auto& [name, value] : environment_) variables.push_back(name + '=' + value);
    const std::vector<char*> argument_list = pointers(arguments), variable_list = pointers(variables);
    const std::string in_path = file("in", input), out_path = folder_ + "/out", err_path = folder_ + "/err";
    const pid_t child = ::fork();
    if (child == 0) {  // only async-signal-safe calls from here on
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::dup2(::open(in_path.c_str(), O_RDONLY), STDIN_FILENO);
        ::dup2(::open(out_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), STDOUT_FILENO);
        ::dup2(::open(err_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), STDERR_FILENO);
        if (::chdir(folder_.c_str()) == 0) ::execve(ECRON_BINARY, argument_list.data(), variable_list.data());
        ::_exit(127);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    out = contents(out_path);
    err = contents(err_path);
    return *this;
}

}  // namespace ecron::e2e
