#pragma once
#include <map>
#include <string>
#include <vector>

/// The client commands of the real binary, each as a child process.
namespace ecron::e2e {

class Client {
public:
    /// Commands use the server at this port. The folder for profiles and files is deleted at the end.
    explicit Client(std::uint16_t port);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Runs a command to its end, with `input` as its standard input.
    Client& run(const std::vector<std::string>& words, const std::string& input = {});
    /// Writes a file in the folder and returns its path.
    std::string file(const std::string& name, const std::string& text) const;

    [[nodiscard]] static std::string binary();
    std::map<std::string, std::string>& environment() { return environment_; }
    [[nodiscard]] const std::string& folder() const { return folder_; }

    // Of the last command.
    int exit_code{-1};
    std::string out, err;

private:
    std::string folder_;
    std::map<std::string, std::string> environment_;
};

}  // namespace ecron::e2e
