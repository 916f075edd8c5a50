#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "analysis/planner/slab.hpp"
#include "ecron/base/id.hpp"

namespace ecron::analysis {

/// Maps a job's key to its number in a slab; the slab stores the keys, and `key_of` reads them. Open
/// addressing with linear probing in 256 tables that grow one at a time, so that no growth copies everything
/// or takes long.
class JobIndex {
public:
    template <class KeyOf>
    [[nodiscard]] std::optional<std::uint32_t> find(JobKey key, const KeyOf& key_of) const {
        const std::uint64_t hash = mixed(key);
        const Table& table = tables_[table_of(hash)];
        if (table.cells.empty()) return {};
        for (std::size_t cell = home(hash, table);; cell = next(cell, table)) {
            const std::uint32_t number = table.cells[cell];
            if (number == kNone) return {};
            if (key_of(number) == key) return number;
        }
    }

    /// Requires that the key is not present.
    template <class KeyOf> void insert(JobKey key, std::uint32_t number, const KeyOf& key_of) {
        const std::uint64_t hash = mixed(key);
        Table& table = tables_[table_of(hash)];
        if ((table.size + 1) * 5 > table.cells.size() * 4)
            grow(table, std::max<std::size_t>(8, table.cells.size() * 2), key_of);
        put(table, hash, number);
        ++table.size;
    }

    template <class KeyOf> void erase(JobKey key, const KeyOf& key_of) {
        const std::uint64_t hash = mixed(key);
        Table& table = tables_[table_of(hash)];
        std::size_t hole = home(hash, table);
        while (key_of(table.cells[hole]) != key) hole = next(hole, table);
        // An element after the hole moves up if its own probe sequence would end at the hole.
        for (std::size_t cell = next(hole, table); table.cells[cell] != kNone; cell = next(cell, table)) {
            const std::size_t wanted = home(mixed(key_of(table.cells[cell])), table);
            const std::size_t mask = table.cells.size() - 1;
            if (((cell - wanted) & mask) < ((cell - hole) & mask)) continue;
            table.cells[hole] = table.cells[cell];
            hole = cell;
        }
        table.cells[hole] = kNone;
        --table.size;
    }

    [[nodiscard]] std::size_t memory() const {
        std::size_t cells = 0;
        for (const Table& table : tables_) cells += table.cells.capacity();
        return cells * sizeof(std::uint32_t);
    }

private:
    static constexpr std::size_t kTables = 256;

    struct Table {
        std::vector<std::uint32_t> cells;
        std::size_t size{0};
    };

    static std::uint64_t mixed(JobKey key) {
        auto hash = static_cast<std::uint64_t>(key.value());
        hash = (hash ^ hash >> 32) * 0x9e3779b97f4a7c15U;
        return (hash ^ hash >> 29) * 0xbf58476d1ce4e5b9U;
    }
    static std::size_t table_of(std::uint64_t hash) { return hash >> 56; }
    static std::size_t home(std::uint64_t hash, const Table& table) {
        return hash >> 24 & (table.cells.size() - 1);
    }
    static std::size_t next(std::size_t cell, const Table& table) {
        return (cell + 1) & (table.cells.size() - 1);
    }

    static void put(Table& table, std::uint64_t hash, std::uint32_t number) {
        std::size_t cell = home(hash, table);
        while (table.cells[cell] != kNone) cell = next(cell, table);
        table.cells[cell] = number;
    }

    template <class KeyOf> static void grow(Table& table, std::size_t cells, const KeyOf& key_of) {
        const std::vector<std::uint32_t> old = std::exchange(table.cells, std::vector(cells, kNone));
        for (const std::uint32_t number : old)
            if (number != kNone) put(table, mixed(key_of(number)), number);
    }

    std::array<Table, kTables> tables_;
};

}  // namespace ecron::analysis
