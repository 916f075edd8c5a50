#pragma once
#include <type_traits>

#include "store/work/readers.hpp"
#include "store/work/writer.hpp"

namespace ecron::store {

/// The properties of a write, see Write.
struct WriteRules {
    WriteKind kind{WriteKind::others};
    std::string payer{};
    bool repeatable{true};
};

/// A separate write: a function on the writer's session.
template <class T> class Mutation final : public Answering<Write, T> {
public:
    Mutation(WriteRules rules, std::function<Result<T>(Session&)> function)
        : Answering<Write, T>(rules.kind),
          rules_(std::move(rules)),
          function_(std::move(function)) {}
    [[nodiscard]] std::string_view payer() const override { return rules_.payer; }
    [[nodiscard]] bool repeatable() const override { return rules_.repeatable; }
    void apply(Session& session) override { this->result = function_(session); }

private:
    WriteRules rules_;
    std::function<Result<T>(Session&)> function_;
};

/// The store's threads, as the ports use them. Functions are called with a session and the arguments.
struct Threads {
    Writer& writer;
    Readers& readers;

    template <class Function, class... Arguments>
    auto write(WriteRules rules, Function function, Arguments... arguments) const {
        using Answer = std::invoke_result_t<Function&, Session&, const Arguments&...>;
        return write<Mutation<typename Answer::value_type>>(
            std::move(rules), [function = std::move(function), ... arguments = std::move(arguments)](
                                  Session& session) { return function(session, arguments...); });
    }
    template <class Function, class... Arguments> auto read(Function function, Arguments... arguments) const {
        using Answer = std::invoke_result_t<Function&, Session&, const Arguments&...>;
        return find<Query<Answer>>([function = std::move(function), ... arguments = std::move(arguments)](
                                       Session& session) { return function(session, arguments...); });
    }
    /// Executes a write or a read of its own class.
    template <class Kind, class... Arguments> auto write(Arguments&&... arguments) const {
        return await_answer(std::make_unique<Kind>(std::forward<Arguments>(arguments)...), writer);
    }
    template <class Kind, class... Arguments> auto find(Arguments&&... arguments) const {
        return await_answer(std::make_unique<Kind>(std::forward<Arguments>(arguments)...), readers);
    }
};

}  // namespace ecron::store
