#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "client/import/imported.hpp"
#include "client/text/json_access.hpp"
#include "client/text/yaml_reader.hpp"

/// CronJobs of Kubernetes (batch/v1).
namespace ecron::client {
namespace {

constexpr std::int64_t kLongestTimeout = 86'400;
constexpr std::int64_t kMargin = 60;  // ecron's timeout ends after the deadline in the cluster

std::optional<std::int64_t> whole_number(const json::object& object, std::string_view name) {
    const json::value& value = member(object, name);
    return value.is_int64() ? std::optional{value.get_int64()} : std::nullopt;
}

class CronJob {
public:
    CronJob(const json::object& manifest, const ImportOptions& options)
        : metadata_(object_at(manifest, "metadata")),
          spec_(object_at(manifest, "spec")),
          options_(options) {}

    Imported convert(JobNames& names, std::size_t line) {
        const std::string name = text_at(metadata_, "name"), space = text_at(metadata_, "namespace");
        imported_.origin =
            fmt::format("{}:{}: CronJob {}{}{}", options_.file, line, space, space.empty() ? "" : "/", name);
        json::object context{{"mode", "exe"}, {"exec", ""}};
        context["info"] = info(space);
        set_schedule(context);
        set_policies(context);
        set_labels(context);
        imported_.job = {{"job_name", names.unique(name)},
                         {"job_type", "scheduled"},
                         {"job_cron_time", schedule_},
                         {"enabled", !flag_at(spec_, "suspend")},
                         {"job_context", std::move(context)}};
        warn_of_rest();
        check_schedule(imported_);
        return std::move(imported_);
    }

private:
    void warn(std::string text) { imported_.warnings.push_back(std::move(text)); }

    /// The template as the manifest of a Job.
    json::object info(const std::string& space) const {
        const json::object& job_template = object_at(spec_, "jobTemplate");
        json::object metadata;
        for (const char* part : {"labels", "annotations"})
            if (const json::object& texts = object_at(object_at(job_template, "metadata"), part);
                !texts.empty())
                metadata[part] = texts;
        json::object manifest{{"apiVersion", "batch/v1"}, {"kind", "Job"}};
        if (!metadata.empty()) manifest["metadata"] = std::move(metadata);
        manifest["spec"] = object_at(job_template, "spec");
        return {{"body", std::move(manifest)},
                {"kubernetes", json::object{{"namespace", space.empty() ? "default" : space}}}};
    }

    void set_schedule(json::object& context) {
        schedule_ = text_at(spec_, "schedule");
        std::string zone = text_at(spec_, "timeZone");
        for (const std::string_view prefix : {"CRON_TZ=", "TZ="}) {
            if (!schedule_.starts_with(prefix)) continue;
            const std::size_t space = std::min(schedule_.find(' '), schedule_.size());
            zone = schedule_.substr(prefix.size(), space - prefix.size());
            schedule_.erase(0, std::min(space + 1, schedule_.size()));
        }
        if (zone.empty()) {
            zone = options_.timezone;
            warn(fmt::format("without timeZone, the zone is that of kube-controller-manager; {} is assumed",
                             zone));
        }
        context["timezone"] = zone;
    }

    void set_policies(json::object& context) {
        const std::string policy = text_at(spec_, "concurrencyPolicy");
        context["overlap"] = policy == "Forbid" ? "skip" : policy == "Replace" ? "replace" : "allow";
        context["misfire"] = "once";  // Kubernetes starts the newest of the missed Jobs
        if (const auto deadline = whole_number(spec_, "startingDeadlineSeconds"); deadline && *deadline > 0)
            context["start_deadline"] = fmt::format("{}s", *deadline);
        // backoffLimit stays in the Job, whose pods Kubernetes retries.
        context["retry"] = json::object{{"max_attempts", 1}};
        const json::object& job = object_at(object_at(spec_, "jobTemplate"), "spec");
        const auto limit = whole_number(job, "activeDeadlineSeconds");
        if (!limit) warn("without activeDeadlineSeconds a Job has no limit; ecron ends it after 1d");
        if (limit > kLongestTimeout)
            warn(fmt::format("activeDeadlineSeconds {}: ecron ends an attempt after 1d", *limit));
        context["timeout"] = fmt::format(
            "{}s", std::clamp<std::int64_t>(limit.value_or(kLongestTimeout), 0, kLongestTimeout - kMargin) +
                       kMargin);
    }

    void set_labels(json::object& context) {
        json::object labels;
        for (const auto& label : object_at(metadata_, "labels"))
            if (label.value().is_string() && label.key().size() <= 63 && labels.size() < 32)
                labels[label.key()] = label.value();
            else
                warn(fmt::format("label {} does not carry over", std::string_view{label.key()}));
        if (!labels.empty()) context["labels"] = std::move(labels);
    }

    void warn_of_rest() {
        for (const char* name : {"successfulJobsHistoryLimit", "failedJobsHistoryLimit"})
            if (!member(spec_, name).is_null())
                warn(fmt::format("{} does not carry over: executions are kept for history_days or retention",
                                 name));
        if (!object_at(metadata_, "annotations").empty())
            warn("annotations of the CronJob do not carry over");
        const json::object& pod =
            object_at(object_at(object_at(object_at(spec_, "jobTemplate"), "spec"), "template"), "spec");
        const std::string account = text_at(pod, "serviceAccountName");
        if (!account.empty() && account != "default")
            warn(fmt::format("service account {}: the option kubernetes_service_accounts must permit it",
                             account));
    }

    const json::object& metadata_;
    const json::object& spec_;
    const ImportOptions& options_;
    std::string schedule_;
    Imported imported_;
};

void add_manifest(const json::value& value, std::size_t line, const ImportOptions& options, JobNames& names,
                  Import& import) {
    if (!value.is_object()) return;
    const json::object& manifest = value.get_object();
    const std::string kind = text_at(manifest, "kind");
    if (kind == "CronJob") return import.jobs.push_back(CronJob{manifest, options}.convert(names, line));
    if (kind != "List" && kind != "CronJobList") {
        import.warnings.push_back(
            fmt::format("{}:{}: {:?} is not a CronJob and does not carry over", options.file, line, kind));
        return;
    }
    for (const json::value& item : array_at(manifest, "items"))
        add_manifest(item, line, options, names, import);
}

}  // namespace

Outcome<Import> import_cronjobs(std::string_view text, const ImportOptions& options) {
    const auto documents = read_documents(options.file, text, Content::any);
    if (!documents) return std::unexpected(documents.error());
    Import import;
    JobNames names;
    for (const Document& document : *documents)
        add_manifest(document.value, document.line, options, names, import);
    if (!import.jobs.empty())
        import.warnings.insert(
            import.warnings.begin(),
            "the server needs kubernetes_enabled, and its namespaces, service accounts and pod policy "
            "(kubernetes_pod_policy) must permit these Jobs");
    return import;
}

}  // namespace ecron::client
