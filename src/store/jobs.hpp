#pragma once
#include <variant>

#include "store/change_log.hpp"
#include "store/writer.hpp"

/// Writes that change jobs. Each is numbered in the change log; those that share a transaction lock its head
/// once.
namespace ecron::store {

class CreateJob;

/// The transaction of a group of them. Jobs to be created are collected, so that they are inserted many at
/// once.
struct JobTransaction {
    JobTransaction(Session& the_session, Repetition the_repetition, std::size_t changes)
        : session(the_session),
          repetition(the_repetition),
          log(the_session, changes) {}
    /// Inserts what was collected; every write that reads jobs calls it first.
    void flush();

    Session& session;
    Repetition repetition;
    ChangeLog log;
    std::vector<CreateJob*> creates{};
};

class JobWrite : public Write {
public:
    JobWrite() : Write(WriteKind::jobs) {}
    using Write::apply;
    virtual void apply(JobTransaction& transaction) = 0;
    /// How many jobs it changes where nothing stands against it.
    [[nodiscard]] virtual std::size_t changes() const { return 1; }
};

void apply_job_writes(Session& session, std::span<Write* const> writes, Repetition repetition);

class CreateJob final : public Answering<JobWrite, model::Job> {
public:
    CreateJob(model::Job job, std::string plan) : job_(std::move(job)), plan_(std::move(plan)) {}
    void apply(JobTransaction& transaction) override;
    using Answering::apply;
    [[nodiscard]] const std::string& plan() const { return plan_; }

private:
    model::Job job_;
    std::string plan_;
};

class ReplaceJob final : public Answering<JobWrite, model::Job> {
public:
    ReplaceJob(std::optional<TenantId> tenant, model::Job job, std::string plan,
               std::optional<ChangeNumber> if_match)
        : tenant_(std::move(tenant)),
          job_(std::move(job)),
          plan_(std::move(plan)),
          if_match_(if_match) {}
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

/// Changes that are made to each of several jobs, or to none of them.
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
    [[nodiscard]] std::size_t changes() const override { return ids_.size(); }

private:
    std::optional<TenantId> tenant_;
    std::vector<JobId> ids_;
};

/// Marks the executions of deleted jobs, a small batch a time; true: there are more.
class SweepDeleted final : public Answering<Write, bool> {
public:
    SweepDeleted() : Answering(WriteKind::others) {}
    void apply(Session& session) override;
};

/// Disables `timed` jobs whose only run has been claimed, if their schedule still is the one that named it.
std::vector<model::Job> disable_spent(Session& session, const std::vector<Spent>& spent);

}  // namespace ecron::store
