#include <boost/json/object.hpp>

#include "ecron/base/http_url.hpp"
#include "ecron/base/text.hpp"
#include "ecron/model/messages.hpp"
#include "ecron/model/occurrences.hpp"
#include "model/context_reader.hpp"
#include "model/document.hpp"
#include "model/fields/codec.hpp"
#include "model/plan_warnings.hpp"

namespace ecron::model {
namespace {

constexpr std::size_t kIdLimit = 36;

const boost::json::object& no_members() {
    static const boost::json::object none;
    return none;
}

/// Returns the root object of a text; nullptr after reporting the reason if the root is not an object.
const boost::json::object* root_object(const Document& document, ValidationErrors& errors) {
    if (!document.ok()) {
        errors.wrong_type("", document.fault());
        return nullptr;
    }
    const boost::json::object* root = document.root().if_object();
    if (root == nullptr)
        errors.wrong_type("", fmt::format("must be an object, is {}", kind_of(document.root())));
    return root;
}

/// Parses one job: one function per check, called in the order that clients expect.
class JobReader {
public:
    JobReader(Members& root, Members& context, Purpose purpose, const Rules& rules, Instant now,
              const Job* replaces, const JobId& id)
        : root_(root),
          context_(context),
          purpose_(purpose),
          rules_(rules),
          now_(now),
          replaces_(replaces),
          id_(id) {}

    JobInput read() {
        read_texts();
        check_name();
        read_window(context_, Origin::client, input_.context.plan);
        check_mode();
        check_type();
        check_length(input_.job.remarks, "remarks", rules_.remarks_limit);
        const Reading reading{Origin::client, rules_.retry};
        read_fields(context_, target_fields(), reading, input_.context);
        if (input_.has_mode) check_target(input_.context, context_, kept(), input_.warnings);
        read_fields(context_, policy_fields(), reading, input_.context);
        check_events();
        warn_of_retry();
        warn_of_misspelt(root_.all(), "", job_fields(), input_.warnings);
        if (input_.context.mode != Mode::exe) {
            warn(replaced_method(context_));
            warn(replaced_headers(input_.context));
        }
        check_ids();
        if (purpose_ == Purpose::store) check_schedule();
        input_.job.context = write_context(input_.context);
        return std::move(input_);
    }

private:
    void read_texts() {
        Job& job = input_.job;
        job.id = JobId{(purpose_ == Purpose::run_now ? root_.text("job_id", kIdLimit) : root_.text("job_id"))
                           .value_or("")};
        job.name = root_.text("job_name").value_or("");
        job.cron_time = root_.text("job_cron_time").value_or("");
        job.tenant = TenantId{root_.text("tenant_id").value_or("")};
        job.enabled = root_.boolean("enabled").value_or(false);
        job.remarks = root_.text("remarks").value_or("");
    }

    /// Ids that a client chooses are names: databases compare them exactly, and headers and paths carry them.
    void check_ids() {
        if (replaces_ != nullptr) return;
        if (const std::string_view fault = name_fault(input_.context.execute_id); !fault.empty())
            context_.refuse("execute_id", std::string{fault});
        const bool is_chosen = purpose_ == Purpose::run_now && input_.has_mode;
        if (const std::string_view fault = name_fault(input_.job.id.value()); is_chosen && !fault.empty())
            root_.refuse("job_id", std::string{fault});
    }

    [[nodiscard]] bool absent_or_empty(std::string_view name) const {
        const boost::json::value* value = root_.find(name);
        return value == nullptr || (value->is_string() && value->get_string().empty());
    }

    void check_name() {
        if (purpose_ == Purpose::store && absent_or_empty("job_name"))
            root_.errors().refuse(cause::kNameEmpty, "job_name", "must not be empty");
        const std::size_t length = characters(input_.job.name);
        if (length > rules_.name_limit)
            root_.errors().refuse(
                cause::kInvalidParameter, "job_name",
                fmt::format("has {} characters, at most {} are allowed", length, rules_.name_limit));
        // A stored name is accepted, so that its job remains editable.
        const bool chosen =
            purpose_ == Purpose::store && (replaces_ == nullptr || replaces_->name != input_.job.name);
        if (const std::string_view fault = name_fault(input_.job.name); chosen && !fault.empty())
            root_.errors().refuse(cause::kInvalidParameter, "job_name", std::string{fault});
    }

    void check_length(std::string_view text, std::string_view name, std::size_t limit) {
        if (const std::size_t length = characters(text); length > limit)
            root_.refuse(name, fmt::format("has {} characters, at most {} are allowed", length, limit));
    }

    void check_mode() {
        const std::optional<Mode> mode = read_mode(context_, Origin::client);
        const boost::json::value* given = context_.find("mode");
        input_.has_mode = mode.has_value();
        input_.context.mode = mode.value_or(Mode::http);
        // Clients of the previous service send an empty text for absent values.
        const bool none = given == nullptr || (given->is_string() && given->get_string().empty());
        if (mode || (none && names_stored_job())) return;
        if (given != nullptr && !given->is_string())
            context_.wrong_type("mode", "text", *given);
        else
            root_.errors().refuse(cause::kMode, "mode", "must be http, https or exe");
    }

    /// A stored job can be run by its id alone.
    [[nodiscard]] bool names_stored_job() const {
        return purpose_ == Purpose::run_now && !absent_or_empty("job_id");
    }

    void check_type() {
        input_.has_type = !absent_or_empty("job_type");
        input_.job.type = JobType::real_time;
        if (!input_.has_type && purpose_ == Purpose::run_now) return;
        const boost::json::value* given = root_.find("job_type");
        type_ = given != nullptr && given->is_string() ? job_type_from(given->get_string()) : std::nullopt;
        if (type_)
            input_.job.type = *type_;
        else if (given != nullptr && !given->is_string())
            root_.wrong_type("job_type", "text", *given);
        else
            root_.errors().refuse_late(cause::kJobType, "job_type", "must be scheduled, timed or real-time");
    }

    void check_schedule() {
        const Job& job = input_.job;
        if (job.cron_time.empty() && type_ == JobType::real_time) return;
        if (const boost::json::value* given = root_.find("job_cron_time");
            given != nullptr && !given->is_string())
            return;  // already reported
        const Plan plan = plan_with_known_zone();
        auto parsed = parse(plan, cron::Strictness::create);
        if (!parsed && keeps_expression()) parsed = parse(plan, cron::Strictness::takeover);
        if (!parsed) {
            refuse_schedule(
                fmt::format("{} (at position {})", parsed.error().reason, parsed.error().position),
                parsed.error().position);
            return;
        }
        input_.schedule = parsed->schedule;
        warn(parsed->warnings);
        if (!keeps_expression() && !Occurrences{parsed->schedule}.next(now_))
            refuse_schedule("no run is left: the last one was to be in the past");
        else
            warn_of_plan(parsed->schedule, job.type, plan, now_, input_.warnings);
    }

    /// An event that could never be announced is a mistake.
    void check_events() {
        const Context& context = input_.context;
        const auto needs = [&](Event event, const std::optional<Millis>& limit, std::string_view member) {
            const std::vector<std::string>& on = context.notify_on;
            if (!limit && std::ranges::find(on, to_text(event)) != on.end())
                context_.refuse(member, fmt::format("is required by notify.on: {}", to_text(event)));
        };
        needs(Event::late, context.max_lateness, "max_lateness");
        needs(Event::running_long, context.max_duration, "max_duration");
    }

    void warn_of_retry() {
        if (!input_.context.retry || input_.context.retry->initial >= rules_.retry_floor) return;
        input_.warnings.push_back(fmt::format("retry.initial is {}; attempts are at least {} apart here",
                                              format_duration(input_.context.retry->initial),
                                              format_duration(rules_.retry_floor)));
    }

    void warn(const std::vector<std::string>& warnings) {
        input_.warnings.insert(input_.warnings.end(), warnings.begin(), warnings.end());
    }

    /// An unknown zone is a separate error; the expression is then validated without a zone.
    Plan plan_with_known_zone() {
        Plan plan = input_.context.plan;
        if (plan.timezone.empty()) return plan;
        if (const auto zone = cron::find_zone(plan.timezone); !zone) {
            context_.refuse("timezone", zone.error().what);
            plan.timezone.clear();
        }
        return plan;
    }

    [[nodiscard]] std::expected<cron::Parsed, cron::ParseError> parse(const Plan& plan,
                                                                      cron::Strictness strictness) const {
        const JobId& own_id = id_.value().empty() ? input_.job.id : id_;
        const JobId& id = replaces_ != nullptr ? replaces_->id : own_id;
        const Instant created_at = replaces_ != nullptr ? replaces_->created_at : now_;
        const JobType type = type_.value_or(JobType::timed);  // the invalid type is already reported; this
                                                              // one accepts any expression
        return schedule_of(input_.job.cron_time, type, plan, id, created_at, rules_, strictness);
    }

    [[nodiscard]] KeptTarget kept() const {
        if (replaces_ == nullptr) return {};
        const Result<Context> before = read_context(replaces_->context);
        return before ? kept_target(*before, input_.context) : KeptTarget{};
    }

    [[nodiscard]] bool keeps_expression() const {
        return replaces_ != nullptr && replaces_->cron_time == input_.job.cron_time;
    }

    void refuse_schedule(std::string explanation, std::optional<std::size_t> position = {}) {
        root_.errors().refuse(cause::kCronTime, "job_cron_time", std::move(explanation), position);
    }

    Members& root_;
    Members& context_;
    Purpose purpose_;
    const Rules& rules_;
    Instant now_;
    const Job* replaces_;
    const JobId& id_;
    std::optional<JobType> type_{};
    JobInput input_{};
};

/// Parses the root object of a small body with `read`, or returns the errors.
template <class T> std::expected<T, Problems> read_body(std::string_view json, T (*read)(Members)) {
    ValidationErrors errors;
    const Document document{json};
    T value{};
    if (const boost::json::object* root = root_object(document, errors)) {
        value = read(Members{*root, json, "", errors});
    }
    if (errors.any()) return std::unexpected(std::move(errors).in_order());
    return value;
}

}  // namespace

std::expected<JobInput, Problems> read_job(std::string_view json, Purpose purpose, const Rules& rules,
                                           Instant now, const Job* replaces, const JobId& id) {
    ValidationErrors errors;
    const Document document{json};
    JobInput input;
    if (const boost::json::object* object = root_object(document, errors)) {
        Members root{*object, json, "", errors};
        std::optional<Members> given = root.object("job_context");
        Members none{no_members(), "{}", "job_context", errors};
        input = JobReader{root, given ? *given : none, purpose, rules, now, replaces, id}.read();
    }
    if (errors.any()) return std::unexpected(std::move(errors).in_order());
    return input;
}

std::expected<bool, Problems> read_enable(std::string_view json) {
    return read_body<bool>(json, [](Members body) {
        // The member of a job, sent here by mistake, would otherwise disable the job.
        if (body.find("enable") == nullptr && body.find("enabled") != nullptr)
            body.refuse("enable", "is absent, and the body has \"enabled\": this member is called enable");
        return body.boolean("enable").value_or(false);
    });
}

std::expected<WebhookInput, Problems> read_webhook(std::string_view json) {
    return read_body<WebhookInput>(json, [](Members body) {
        WebhookInput input{.url = body.text("webhook").value_or("")};
        if (const Result<void> checked = check_http_url(input.url); !input.url.empty() && !checked)
            input.problem = Problem{std::string{cause::kInvalidParameter}, "webhook", checked.error().what};
        return input;
    });
}

}  // namespace ecron::model
