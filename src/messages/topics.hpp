#pragma once

/// The topics, and the channel (Kafka: consumer group) of each that ecron listens on.
namespace ecron::messages {

inline constexpr const char* kImmediateTopic = "cron.topic.immediate.job";
inline constexpr const char* kImmediateChannel = "cron.channel.immediate.job";
inline constexpr const char* kChangeTopic = "cron.topic.cron.job";
inline constexpr const char* kChangeChannel = "cron.channel.cron.job";
inline constexpr const char* kStatusTopic = "cron.topic.job.status";
inline constexpr const char* kStatusChannel = "cron.channel.job.status";
inline constexpr const char* kExecutionTopic = "cron.topic.execution";
inline constexpr const char* kExecutionChannel = "cron.channel.execution";

}  // namespace ecron::messages
