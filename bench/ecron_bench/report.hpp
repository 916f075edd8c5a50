#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ecron_bench/database.hpp"
#include "ecron_bench/machine.hpp"

/// The results of a scenario, as a table or as JSON.
namespace ecron::bench {

/// The result of a bare loop in the same run, and ecron's share of it.
struct Limit {
    std::string name;
    double value{};
    double ratio{};
};

/// The target for a result (or for its ratio, if it has a limit).
struct Target {
    enum class Sense : bool { at_least, at_most };
    Sense sense{};
    double value{};
};
inline Target at_least(double value) { return {Target::Sense::at_least, value}; }
inline Target at_most(double value) { return {Target::Sense::at_most, value}; }

struct Figure {
    std::string name;
    double value{};
    std::string unit{};
    std::optional<Limit> limit{};
    std::optional<Target> target{};
    [[nodiscard]] std::optional<bool> met() const;
};

/// A correctness check of the measured work. If it fails, the results are invalid.
struct Check {
    std::string name;
    bool good{};
    std::string detail{};
};

struct Report {
    std::string scenario;
    std::string database;
    std::vector<std::pair<std::string, std::string>> settings{};
    MachineState machine{};
    std::vector<Figure> figures{};
    std::vector<Check> checks{};

    void add(Figure figure) { figures.push_back(std::move(figure)); }
    void check(std::string name, bool good, std::string detail);
    [[nodiscard]] bool good() const;
    [[nodiscard]] std::string table() const;
    [[nodiscard]] std::string json() const;
};

/// Adds the work of the database's server for one of `count` runs or requests, named `of`.
void add_server_work(Report& report, const std::string& of, const ServerWork& work, double count);

/// A ratio is reported only if the limit was measured.
Limit limit(std::string name, double value, double reached);

}  // namespace ecron::bench
