#pragma once
#include <string>
#include <string_view>

#include "auth/signer.hpp"
#include "bare/beast_server.hpp"
#include "ecron_bench/ecron_process.hpp"

namespace ecron::bench {

/// Signed tokens of tenants, and the settings of an ecron that accepts them.
class Tokens {
public:
    Tokens();
    [[nodiscard]] std::string of(std::string_view tenant) const;
    [[nodiscard]] Environment settings() const;

private:
    auth::test::Signer signer_;
    BeastServer keys_;
};

}  // namespace ecron::bench
