#pragma once
#include <memory>
#include <string>
#include <vector>

#include "e2e/database.hpp"
#include "mq/e2e/child.hpp"

/// A real message queue of the kind in ECRON_TEST_QUEUE (nsq, kafka) on free local ports. Messages are
/// published and read by third-party programs.
namespace ecron::e2e {

inline constexpr const char* kKafkaPassword = "sesame";

class Queue {
public:
    static std::unique_ptr<Queue> start();
    static bool is_kafka();

    virtual ~Queue() = default;
    /// Returns the options that point ecron to it.
    [[nodiscard]] virtual Settings settings() const = 0;
    /// Publishes one message per line; returns when the broker has stored them.
    virtual void publish(const std::string& topic, const std::vector<std::string>& messages) = 0;
    /// Reads a topic from its beginning, one message per line, until it is stopped.
    [[nodiscard]] virtual Child read(const std::string& topic) = 0;
    /// Stops the broker's processes as abruptly as possible without losing stored messages.
    virtual void stop() = 0;
    /// Restarts with the same data.
    virtual void restart() = 0;
    [[nodiscard]] const std::string& folder() const { return folder_; }

protected:
    Queue();
    std::string new_file(const std::string& name);

private:
    class Folder {
    public:
        Folder();
        ~Folder();
        Folder(const Folder&) = delete;
        Folder& operator=(const Folder&) = delete;
        std::string path;
    };
    Folder made_;
    std::string folder_;
    int files_{0};
};

/// nsqlookupd and two nsqds.
class Nsq final : public Queue {
public:
    /// `options`: additional options of nsqd.
    explicit Nsq(std::vector<std::string> options = {});
    [[nodiscard]] Settings settings() const override;
    void publish(const std::string& topic, const std::vector<std::string>& messages) override {
        publish_at(0, topic, messages);
    }
    void publish_at(std::size_t nsqd, const std::string& topic, const std::vector<std::string>& messages);
    [[nodiscard]] Child read(const std::string& topic) override;
    void stop() override;
    void restart() override;
    void kill(std::size_t nsqd) { nsqds_[nsqd].process.end(9); }
    [[nodiscard]] std::string address(std::size_t nsqd) const;
    [[nodiscard]] std::uint16_t port(std::size_t nsqd) const { return nsqds_[nsqd].tcp; }

private:
    struct Nsqd {
        std::string data;
        std::uint16_t tcp, http;
        Child process;
    };
    void start_nsqd(Nsqd& nsqd);

    std::string programs_;
    std::vector<std::string> options_;
    std::uint16_t lookup_tcp_, lookup_http_;
    Child lookupd_;
    std::vector<Nsqd> nsqds_;
};

/// A Kafka broker that is its own controller. A second port requires a password and grants the user "ecron"
/// everything that deny() does not forbid.
class Kafka final : public Queue {
public:
    Kafka();
    [[nodiscard]] Settings settings() const override;
    void publish(const std::string& topic, const std::vector<std::string>& messages) override;
    [[nodiscard]] Child read(const std::string& topic) override;
    void stop() override;
    void restart() override;
    /// Returns the options for the second port.
    [[nodiscard]] Settings settings_with_password(const std::string& password) const;
    void deny(const std::string& operation, const std::string& topic) {
        change_rights("--add", operation, topic);
    }
    void allow_again(const std::string& operation, const std::string& topic) {
        change_rights("--remove", operation, topic);
    }
    /// Adds another client to a consumer group with that partition assignment strategy.
    [[nodiscard]] Child join(const std::string& group, const std::string& topic, const std::string& strategy);

private:
    void change_rights(const std::string& what, const std::string& operation, const std::string& topic);

    std::string jars_;
    std::uint16_t port_, secured_, controller_;
    Child broker_;
};

}  // namespace ecron::e2e
