#pragma once
#include "ecron/store/messages.hpp"

/// The topics, and ecron's channel (Kafka: consumer group) for each consumed topic.
namespace ecron::messages {

inline constexpr std::string_view kImmediateTopic = "cron.topic.immediate.job";
inline constexpr std::string_view kImmediateChannel = "cron.channel.immediate.job";
using store::kJobTopic;
inline constexpr std::string_view kJobChannel = "cron.channel.cron.job";
using store::kStatusTopic;
inline constexpr std::string_view kStatusChannel = "cron.channel.job.status";
inline constexpr std::string_view kExecutionTopic = "cron.topic.execution";
inline constexpr std::string_view kExecutionChannel = "cron.channel.execution";

}  // namespace ecron::messages
