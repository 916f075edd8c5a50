#include <fmt/format.h>

#include "store/sql/dialect.hpp"

/// Reactions to failed statements, for all servers.
namespace ecron::store {

Remedy remedy_of(SqlFault fault) {
    switch (fault) {
        case SqlFault::again:
            return Remedy::retry;
        case SqlFault::lost:
            return Remedy::reconnect;
        case SqlFault::no_room:
        case SqlFault::read_only:
            return Remedy::refuse_all;
        case SqlFault::duplicate:
        case SqlFault::too_long:
        case SqlFault::content:
        case SqlFault::denied:  // possibly for one table only
        case SqlFault::done:
        case SqlFault::other:
            return Remedy::refuse_row;
    }
    return Remedy::refuse_row;
}

Error to_error(const SqlError& error) {
    switch (error.fault()) {
        case SqlFault::duplicate:
            return {Errc::conflict, "a record with the same key exists; read it again", {}};
        case SqlFault::again:
            return {Errc::unavailable, "the database is busy; nothing was stored", {}};
        case SqlFault::lost:
            return {Errc::unavailable, "the database cannot be reached", {}};
        case SqlFault::no_room:
            return {
                Errc::unavailable,
                fmt::format("the database's disk is full or failing; nothing was stored ({})", error.what()),
                {}};
        case SqlFault::read_only:
            return {Errc::unavailable,
                    fmt::format("the database is read-only; nothing was stored ({})", error.what()),
                    {}};
        case SqlFault::too_long:
            return {
                Errc::too_large, fmt::format("a value is too long for the database ({})", error.what()), {}};
        case SqlFault::content:
            return {Errc::invalid, fmt::format("the database refuses a value ({})", error.what()), {}};
        case SqlFault::denied:
            return {
                Errc::unavailable,
                fmt::format("the database refuses its user (error {}); nothing was stored", error.number()),
                {}};
        case SqlFault::done:
        case SqlFault::other:
            break;
    }
    return {Errc::internal, fmt::format("the database refused a statement ({})", error.what()), {}};
}

Error to_opening_error(const SqlError& error) {
    Error answer = to_error(error);
    if (error.fault() == SqlFault::denied || error.fault() == SqlFault::lost) answer.what = error.what();
    if (error.fault() == SqlFault::denied) answer.code = Errc::denied;
    return answer;
}

Error with_address(Error error, const Options& options) {
    error.what = fmt::format("the database cannot be used: {} ({})", error.what,
                             dialect_of(options.driver).address_of(options));
    return error;
}

}  // namespace ecron::store
