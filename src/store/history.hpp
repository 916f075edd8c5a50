#pragma once
#include "store/readers.hpp"
#include "store/writer.hpp"

/// What is old, in SQL. Only what has ended goes, and nothing that was planned later than an hour before the
/// watermark: a new term enumerates from there and must find what was claimed. The change log keeps every
/// change that some shard has not planned by, and all of the last day, which other nodes may still be
/// reading.
namespace ecron::store {

struct OldExecutions {
    std::vector<std::int64_t> keys{};
    JobId after{};
    bool round_ended{};
};
/// Looks at some jobs; the keys of executions that may go, at most a batch.
OldExecutions find_old(Session& session, const HistoryRule& rule, const JobId& after);

/// Removes those of them that still may go, with their attempts; answers how many.
class RemoveExecutions final : public Answering<Write, std::size_t> {
public:
    explicit RemoveExecutions(std::vector<std::int64_t> keys)
        : Answering(WriteKind::history),
          keys_(std::move(keys)) {}
    void apply(Session& session) override;

private:
    std::vector<std::int64_t> keys_;
};

/// Removes a batch each of old summaries, changes, dead letters and audit entries; answers how many.
class RemoveOthers final : public Answering<Write, std::size_t> {
public:
    explicit RemoveOthers(const HistoryRule& rule) : Answering(WriteKind::history), rule_(rule) {}
    void apply(Session& session) override;

private:
    HistoryRule rule_;
};

}  // namespace ecron::store
