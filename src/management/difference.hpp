#pragma once
#include <string>
#include <string_view>

#include "ecron/model/job.hpp"

namespace ecron::management {

/// The difference that a change made to a job, as stored in the audit log:
/// {"job_cron_time":{"from":"…","to":"…"}, "job_context.exec":{…}}, without unchanged members. Long values
/// are replaced by their size; values sent to targets, and credentials elsewhere, by ***. A separate type, so
/// that no other text can be stored as a difference.
class Difference {
public:
    Difference() = default;  // no difference
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    explicit Difference(std::string text) : text_(std::move(text)) {}
    friend Difference difference(const model::Job* before, const model::Job* after);
    friend Difference change_to(const std::string& member, std::string_view json_value);
    std::string text_;
};

/// A null pointer means that the job did not exist before, or does not exist after the change.
[[nodiscard]] Difference difference(const model::Job* before, const model::Job* after);
/// Returns the difference of one member, given by its path, whose old value is unknown.
[[nodiscard]] Difference change_to(const std::string& member, std::string_view json_value);

}  // namespace ecron::management
