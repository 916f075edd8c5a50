#pragma once
#include <cstdint>
#include <string>

#include "ecron/store/store.hpp"

namespace ecron::store::test {

/// SQLite, or MySQL if ECRON_TEST_STORE is set to it.
Driver tested_driver();

/// `migrated`: as the first start leaves it. `none`: no tables, so that the test case migrates it.
enum class Schema : std::uint8_t { migrated, none };

/// A separate database of that kind: a file in a temporary directory, or a database with a unique name. A
/// migration takes half a second on a server, so a migrated database is used again by later test cases of the
/// process: its rows are replaced by those of a new one. It is dropped instead if a test case changed its
/// schema or left a session.
class Database {
public:
    explicit Database(Schema schema);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    [[nodiscard]] const Options& options() const { return options_; }

private:
    std::string folder_;
    Options options_;
    Schema schema_;
};

}  // namespace ecron::store::test
