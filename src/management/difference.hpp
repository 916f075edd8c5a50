#pragma once
#include <string>
#include <string_view>

#include "ecron/model/job.hpp"

namespace ecron::management {

/// What a change made of a job, as the audit log keeps it: {"job_cron_time":{"from":"…","to":"…"},
/// "job_context.exec":{…}}, members that stayed left out. Of a long value only the size is told; what targets
/// are given, and credentials anywhere else, are ***. A type of its own, so that no other text gets there.
class Difference {
public:
    Difference() = default;  // none is told
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    explicit Difference(std::string text) : text_(std::move(text)) {}
    friend Difference difference(const model::Job* before, const model::Job* after);
    friend Difference change_to(const std::string& member, std::string_view json_value);
    std::string text_;
};

/// A job that was not there before, or is not there after, is a null pointer.
[[nodiscard]] Difference difference(const model::Job* before, const model::Job* after);
/// Of one member, by its path, whose old value is not known.
[[nodiscard]] Difference change_to(const std::string& member, std::string_view json_value);

}  // namespace ecron::management
