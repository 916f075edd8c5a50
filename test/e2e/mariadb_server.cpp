#include "e2e/mariadb_server.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "e2e/ports.hpp"
#include "e2e/wait.hpp"
#include "ecron/base/uuid.hpp"

namespace ecron::e2e {
namespace {

constexpr const char* kScript = ECRON_SOURCE_DIR "/scripts/database-server";

constexpr std::chrono::minutes kStart{2};  // of a server on a busy machine

std::string server_under_test() {
    const char* const name = std::getenv("ECRON_TEST_SERVER");
    return name == nullptr ? "mariadb" : name;
}

}  // namespace

bool MariadbServer::is_mariadb() { return server_under_test() == "mariadb"; }

MariadbServer::MariadbServer(const std::string& under, std::vector<std::string> options)
    : name_(server_under_test()),
      folder_(under.empty() ? std::filesystem::temp_directory_path() / ("ecron-e2e-server-" + random_uuid())
                            : std::filesystem::path{under} / "server"),  // the path of a socket must be short
      options_(std::move(options)),
      port_(free_port()) {
    std::filesystem::create_directories(folder_);
    REQUIRE(std::system(fmt::format("{} {} initialize {}", kScript, name_, folder_).c_str()) == 0);
    std::ofstream(folder_ + "/users.sql") << "create user if not exists root@'127.0.0.1' identified by '';\n"
                                             "grant all on *.* to root@'127.0.0.1' with grant option;\n";
    start();
}

MariadbServer::~MariadbServer() {
    kill();
    std::filesystem::remove_all(folder_);
}

void MariadbServer::start() {
    std::vector<std::string> texts{kScript, name_, "run", folder_, "--port=" + std::to_string(port_)};
    texts.insert(texts.end(), options_.begin(), options_.end());
    std::vector<char*> arguments;
    for (std::string& text : texts) arguments.push_back(text.data());
    arguments.push_back(nullptr);
    const std::string log = folder_ + "/server.log";
    const pid_t child = ::fork();
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const int nothing = ::open("/dev/null", O_RDWR);
        ::dup2(nothing, STDOUT_FILENO);
        ::dup2(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600), STDERR_FILENO);
        ::execv(kScript, arguments.data());
        ::_exit(127);
    }
    pid_ = child;
    wait_until("the server responds", [&] { return answers(port_); }, kStart);
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
