#include "demo/jobs.hpp"

namespace ecron::demo {
namespace {

using enum Behaviour;

constexpr std::string_view kCountries = "Germany, Austria, France, Spain, Italy, Poland, Portugal, Norway";
constexpr std::string_view kCities = "Berlin, Hamburg, Vienna, Paris, Madrid, Milan, Warsaw, Lisbon";
constexpr std::string_view kCarriers =
    "Northline, Parcelo, Quickbox, Roadrun, Seafreight, Sparrow, Tramline, Vela";
constexpr std::string_view kCategories =
    "shoes, clothing, electronics, books, toys, garden, kitchen, sports, beauty, food";
constexpr std::string_view kDatabases =
    "orders, catalog, customers, payments, inventory, reviews, sessions, analytics, search, accounts, "
    "pricing, shipping";
constexpr std::string_view kFacts =
    "clicks, orders, returns, prices, carts, searches, sessions, reviews, payments, shipments";
constexpr std::string_view kBerlin = "Europe/Berlin", kUtc = "";

// clang-format off
constexpr Family kFamilies[] = {
    {"orders", "shop", "Import orders from {}", kCountries, "*/15 * * * *", kUtc, "POST", 900, steady, "Italy",
     "Fetches new orders of the marketplaces.", R"("retry":{"max_attempts":4,"initial":"5s"})"},
    {"orders", "shop", "Warm the cache of {}", "home page, sale, new arrivals, gift guide, search page, checkout, brands, outlet, magazine, size guide, help, store finder",
     "40 * * * *", kUtc, "GET", 240, steady, "", "Keeps the first visit after a release fast.", ""},
    {"inventory", "logistics", "Sync stock of {}", kCities, "*/30 * * * *", kUtc, "POST", 2'500, steady, "Milan",
     "Compares the shop's stock with the warehouse's.", R"("jitter":"20s")"},
    {"payments", "finance", "Settle {} payments", "card, invoice, instalment, transfer, voucher, wallet", "10 * * * *", kUtc,
     "POST", 1'800, steady, "instalment", "Captures authorised payments.", R"("misfire":"all")"},
    {"payments", "finance", "Check {} for fraud", "cards, refunds, vouchers, sellers", "*/10 * * * *", kUtc, "POST", 650, flaky, "",
     "", R"("timeout":"20s")"},
    {"mail", "marketing", "Send {} mails", "order, shipping, review, cart reminder, back-in-stock, newsletter, invoice, loyalty",
     "5 * * * *", kUtc, "POST", 1'200, steady, "newsletter", "", ""},
    {"backup", "platform", "Back up database {}", kDatabases, "H 2 * * *", kBerlin, "POST", 240'000, steady, "analytics",
     "Nightly dump to the object store, kept for 30 days.", R"("timeout":"1h","max_duration":"30m","priority":5)"},
    {"backup", "platform", "Verify backup of {}", kDatabases, "H 5 * * *", kBerlin, "POST", 90'000, steady, "",
     "Restores the dump and counts the rows.", R"("timeout":"1h")"},
    {"pipeline", "data", "Load {} into the warehouse", kFacts, "20 * * * *", kUtc, "POST", 45'000, steady, "searches",
     "Hourly increment.", R"("timeout":"10m","overlap":"queue")"},
    {"pipeline", "data", "Build report {}",
     "daily revenue, margin by category, top products, reasons of returns, delivery times, customer value, conversion, ad spend, basket size, stock turnover",
     "30 6 * * 1-5", kBerlin, "POST", 30'000, steady, "ad spend", "Ready before the morning meeting.", R"("max_lateness":"10m","timeout":"10m")"},
    {"search", "shop", "Rebuild search index {}", kCountries, "0 */4 * * *", kUtc, "POST", 180'000, steady, "",
     "", R"("timeout":"30m","concurrency_key":"search-index","max_concurrency":2)"},
    {"pricing", "shop", "Update prices of {}", kCategories, "0 6,12,18 * * *", kBerlin, "PUT", 8'000, steady, "electronics",
     "", ""},
    {"catalog", "shop", "Check images of {}", kCategories, "H H(1-5) * * 0", kUtc, "GET", 60'000, steady, "",
     "Finds products without a usable picture.", R"("timeout":"15m")"},
    {"security", "platform", "Check certificate of {}", "shop, api, admin, images, mail, search, status, partners", "0 7 * * *",
     kUtc, "GET", 150, steady, "", "Warns 21 days before it ends.", ""},
    {"security", "platform", "Rotate key of {}", "api, webhooks, payments, exports, partners, backups", "0 3 1 * *", kUtc, "POST",
     2'000, steady, "", "", R"("misfire":"once")"},
    {"cleanup", "platform", "Delete expired {}", "carts, sessions, vouchers, tokens, exports, uploads, logs, previews",
     "15 3 * * *", kBerlin, "DELETE", 12'000, steady, "", "", R"("timeout":"5m")"},
    {"monitoring", "platform", "Probe {}", "checkout, search, login, basket", "*/10 * * * *", kUtc, "GET", 120, steady, "search",
     "", R"("misfire":"skip","timeout":"5s")"},
    {"queues", "platform", "Drain the queue of {}", "orders, mails", "* * * * *", kUtc, "POST", 28'000, steady, "",
     "Works through what has arrived since the last minute.", R"("misfire":"skip","timeout":"5m")"},
    {"delivery", "logistics", "Send delivery slots to {}", kCarriers, "0 5 * * 1-6", kBerlin, "POST", 3'000, steady, "Vela", "", ""},
    {"delivery", "logistics", "Fetch tracking from {}", kCarriers, "*/20 * * * *", kUtc, "GET", 1'500, flaky, "Seafreight",
     "Carriers limit requests; failures at peak times are normal.", R"("retry":{"max_attempts":3,"initial":"2s"})"},
    {"finance", "finance", "Export bookings {}", "sales, refunds, fees, taxes, payouts, corrections", "0 22 * * 1-5", kBerlin,
     "POST", 15'000, steady, "", "For the accountants, before midnight.", R"("max_lateness":"5m")"},
    {"compliance", "legal", "Erase customer data {}", "EU, UK, US, CA, BR, CH", "0 4 * * 1", kUtc, "POST", 40'000, steady, "",
     "Requests under data protection law; due within 30 days.", R"("timeout":"10m")"},
    {"models", "data", "Train model {}", "recommendations, demand, fraud, churn, ranking, pricing", "0 1 * * *", kUtc, "POST",
     1'900'000, steady, "churn", "", R"("timeout":"2h","max_duration":"1h")"},
    {"models", "data", "Score {}", "customers, baskets, products, sellers", "*/15 * * * *", kUtc, "POST", 660'000, steady, "",
     "Often takes as long as its interval; the next run is then skipped.", R"("timeout":"30m","overlap":"skip")"},
    {"support", "shop", "Recalculate {}", "shipping costs, loyalty points, tax rates, credit limits, rankings, discounts", "",
     kUtc, "POST", 5'000, steady, "", "Runs on request of the support team.", ""},
    {"orders", "shop", "Old export to {}", "the previous shop, FTP server, mainframe, fax gateway, partner portal, archive",
     "0 1 * * *", kBerlin, "POST", 9'000, steady, "", "Replaced; kept until the contract ends.", "", false},
    {"marketing", "marketing", "Plan campaign {}", "spring, summer, autumn, winter", "0 9 1 * *", kBerlin, "POST", 4'000, steady, "", "",
     R"("max_lateness":"1h")"},
};
// clang-format on

}  // namespace

std::span<const Family> families() { return kFamilies; }

}  // namespace ecron::demo
