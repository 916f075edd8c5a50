#pragma once
#include <variant>

#include "store/jobs/change_writer.hpp"
#include "store/work/writer.hpp"

/// Writes that change jobs. Each one gets a number in the change log; those that share a transaction lock the
/// log's head once.
namespace ecron::store {

class CreateJob;

/// The shared transaction of a group of such writes. Jobs to be created are collected and inserted in bulk.
struct JobTransaction {
    JobTransaction(Session& the_session, CommitAttempt the_attempt, std::size_t changes)
        : session(the_session),
          attempt(the_attempt),
          log(the_session, changes) {}
    /// Inserts the collected jobs; every write that reads jobs calls it first.
    void flush();

    Session& session;
    CommitAttempt attempt;
    ChangeWriter log;
    std::vector<CreateJob*> creates{};
};

class JobWrite : public Write {
public:
    JobWrite() : Write(WriteKind::jobs) {}
    [[nodiscard]] bool is_patient() const override { return true; }
    using Write::apply;
    virtual void apply(JobTransaction& transaction) = 0;
    /// The number of jobs that it changes if there is no error.
    [[nodiscard]] virtual std::size_t changes() const { return 1; }
};

void apply_job_writes(Session& session, std::span<Write* const> writes, CommitAttempt attempt);

class CreateJob final : public Answering<JobWrite, model::Job> {
public:
    CreateJob(model::Job job, std::string plan, std::optional<AuditEntry> audit)
        : job_(std::move(job)),
          plan_(std::move(plan)),
          audit_(std::move(audit)) {}
    void apply(JobTransaction& transaction) override;
    using Answering::apply;
    [[nodiscard]] std::string_view payer() const override { return job_.tenant.value(); }
    [[nodiscard]] std::size_t bytes() const override {
        return job_.context.size() + (audit_ ? audit_->difference.size() : 0);
    }
    [[nodiscard]] const std::string& plan() const { return plan_; }
    [[nodiscard]] const std::optional<AuditEntry>& audit() const { return audit_; }

private:
    model::Job job_;
    std::string plan_;
    std::optional<AuditEntry> audit_;
};

class ReplaceJob final : public Answering<JobWrite, model::Job> {
public:
    ReplaceJob(std::optional<TenantId> tenant, model::Job job, std::string plan,
               std::optional<ChangeNumber> if_match)
        : tenant_(std::move(tenant)),
          job_(std::move(job)),
          plan_(std::move(plan)),
          if_match_(if_match) {}
    [[nodiscard]] std::string_view payer() const override { return job_.tenant.value(); }
    [[nodiscard]] std::size_t bytes() const override { return job_.context.size(); }
    [[nodiscard]] bool repeatable() const override { return !if_match_; }
    void apply(JobTransaction& transaction) override;
    using Answering::apply;

private:
    Result<model::Job> replace(JobTransaction& transaction) const;

    std::optional<TenantId> tenant_;
    model::Job job_;
    std::string plan_;
    std::optional<ChangeNumber> if_match_;
};

/// Changes that apply to several jobs, all or none.
class ChangeJobs final : public Answering<JobWrite, std::vector<model::Job>> {
public:
    struct Enable {
        bool enabled;
    };
    struct Notify {
        std::string webhook;
    };
    ChangeJobs(std::optional<TenantId> tenant, std::vector<JobId> ids, std::variant<Enable, Notify> change)
        : tenant_(std::move(tenant)),
          ids_(std::move(ids)),
          change_(std::move(change)) {}
    void apply(JobTransaction& transaction) override;
    using Answering::apply;
    [[nodiscard]] std::string_view payer() const override {
        return tenant_ ? tenant_->value() : std::string_view{};
    }
    [[nodiscard]] std::size_t changes() const override { return ids_.size(); }

private:
    std::optional<TenantId> tenant_;
    std::vector<JobId> ids_;
    std::variant<Enable, Notify> change_;
};

class DeleteJobs final : public Answering<JobWrite, std::vector<model::Job>> {
public:
    DeleteJobs(std::optional<TenantId> tenant, std::vector<JobId> ids)
        : tenant_(std::move(tenant)),
          ids_(std::move(ids)) {}
    void apply(JobTransaction& transaction) override;
    using Answering::apply;
    [[nodiscard]] std::string_view payer() const override {
        return tenant_ ? tenant_->value() : std::string_view{};
    }
    [[nodiscard]] std::size_t changes() const override { return ids_.size(); }

private:
    std::optional<TenantId> tenant_;
    std::vector<JobId> ids_;
};

/// Marks the executions of deleted jobs, one small batch per call; the answer is true if more remain.
class SweepDeleted final : public Answering<Write, bool> {
public:
    SweepDeleted() : Answering(WriteKind::others) {}
    void apply(Session& session) override;
};

/// Disables `timed` jobs whose only run has been claimed, provided that the schedule of that run is still in
/// effect.
void disable_completed(Session& session, const std::vector<CompletedOneShot>& completed);

}  // namespace ecron::store
