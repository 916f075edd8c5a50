#pragma once
#include "ecron_bench/options.hpp"
#include "ecron_bench/report.hpp"

/// Each scenario starts the real binary, measures it and its limits in turn, and checks the correctness of
/// its work.
namespace ecron::bench {

void measure_load(const Options& options, Report& report);
void measure_api(const Options& options, Report& report);
/// The look-ups of a page, with many jobs and executions.
void measure_pages(const Options& options, Report& report);
/// Compared with ecron without authentication (options.auth).
void measure_auth(const Options& options, Report& report);
void measure_fire(const Options& options, Report& report);
/// Many jobs due at one instant: one-shots beside recurring ones.
void measure_burst(const Options& options, Report& report);
void measure_failover(const Options& options, Report& report);
/// Compared with the broker that scripts/with-queue starts.
void measure_mq(const Options& options, Report& report);
/// The pool alone, in this process.
void measure_command(const Options& options, Report& report);
void measure_http(const Options& options, Report& report);
void measure_hang(const Options& options, Report& report);
/// One tenant's runs and requests beside another that attacks.
void measure_tenants(const Options& options, Report& report);
/// Valid requests beside connections without a valid token.
void measure_strangers(const Options& options, Report& report);

}  // namespace ecron::bench
