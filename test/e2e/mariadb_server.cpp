#include "e2e/mariadb_server.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "e2e/ports.hpp"
#include "e2e/wait.hpp"
#include "ecron/base/uuid.hpp"

namespace ecron::e2e {
namespace {

std::string own_name() { return ::getpwuid(::geteuid())->pw_name; }

}  // namespace

MariadbServer::MariadbServer(const std::string& under, std::vector<std::string> options)
    : folder_(under.empty() ? std::filesystem::temp_directory_path() / ("ecron-e2e-mariadb-" + random_uuid())
                            : std::filesystem::path{under} / "mariadb"),  // the path of a socket is short
      options_(std::move(options)),
      port_(free_port()) {
    std::filesystem::create_directories(folder_);
    const std::string install = fmt::format(
        "mariadb-install-db --no-defaults --user={} --datadir={}/data --skip-test-db "
        "--auth-root-authentication-method=normal >{}/install.log 2>&1",
        own_name(), folder_, folder_);
    REQUIRE(std::system(install.c_str()) == 0);
    start();
}

MariadbServer::~MariadbServer() {
    kill();
    std::filesystem::remove_all(folder_);
}

void MariadbServer::start() {
    std::vector<std::string> texts{"mariadbd",
                                   "--no-defaults",
                                   "--user=" + own_name(),
                                   "--datadir=" + folder_ + "/data",
                                   "--socket=" + folder_ + "/socket",
                                   "--port=" + std::to_string(port_),
                                   "--bind-address=127.0.0.1",
                                   "--skip-name-resolve",
                                   "--skip-grant-tables",
                                   "--log-error=" + folder_ + "/server.log"};
    texts.insert(texts.end(), options_.begin(), options_.end());
    std::vector<char*> arguments;
    for (std::string& text : texts) arguments.push_back(text.data());
    arguments.push_back(nullptr);
    const char* const program = ::access("/usr/sbin/mariadbd", X_OK) == 0 ? "/usr/sbin/mariadbd" : "mariadbd";
    const pid_t child = ::fork();
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const int nothing = ::open("/dev/null", O_RDWR);
        ::dup2(nothing, STDOUT_FILENO);
        ::dup2(nothing, STDERR_FILENO);
        ::execvp(program, arguments.data());
        ::_exit(127);
    }
    pid_ = child;
    wait_until("the server answers", [&] { return answers(port_); });
}

bool MariadbServer::runs() {
    if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
    return pid_ > 0;
}

void MariadbServer::kill() { end(SIGKILL); }

void MariadbServer::stop() { end(SIGTERM); }

void MariadbServer::end(int signal) {
    if (pid_ <= 0) return;
    ::kill(pid_, signal);
    ::waitpid(std::exchange(pid_, -1), nullptr, 0);
}

}  // namespace ecron::e2e
