#include "store/database.hpp"

#include <fmt/format.h>
#include <soci/mysql/soci-mysql.h>
#include <soci/soci.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <optional>
#include <vector>

#include "ecron/base/uuid.hpp"
#include "ecron/store/upkeep.hpp"

namespace ecron::store::test {

namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

Options server_options(std::string database) {
    return {.driver = Driver::mysql,
            .host = environment("ECRON_TEST_MYSQL_HOST"),
            .port = static_cast<std::uint16_t>(std::stoi(environment("ECRON_TEST_MYSQL_PORT"))),
            .database = std::move(database),
            .user = environment("ECRON_TEST_MYSQL_USER"),
            .password = SecretText(environment("ECRON_TEST_MYSQL_PASSWORD"))};
}

void migrate_new(const Options& options) {
    const Result<void> migrated = migrate(options, SystemClock());
    if (!migrated) FAIL(migrated.error().what);
}

std::string create_folder() {
    // In memory if possible: a disk that is busy with other work makes the cases ten times slower.
    const std::filesystem::path memory = "/dev/shm";
    const bool in_memory = access(memory.c_str(), W_OK) == 0;
    std::string path =
        (in_memory ? memory : std::filesystem::temp_directory_path()) / ("ecron-store-" + random_uuid());
    std::filesystem::create_directories(path);
    return path;
}

/// A migrated SQLite file, which is copied.
class TemplateFile {
public:
    TemplateFile() { migrate_new({.path = path()}); }
    ~TemplateFile() { std::filesystem::remove_all(folder_); }
    TemplateFile(const TemplateFile&) = delete;
    TemplateFile& operator=(const TemplateFile&) = delete;
    [[nodiscard]] std::string path() const { return folder_ + "/ecron.db"; }

private:
    std::string folder_ = create_folder();
};

/// The databases of this process on the server under test.
class Server {
public:
    Server() {
        const Options options = server_options("");
        session_.open(*soci::factory_mysql(),
                      fmt::format("host='{}' port={} user='{}' password='{}'", options.host, options.port,
                                  options.user, options.password.reveal()));
    }
    ~Server() {
        for (const std::string& database : unused_) drop(database);
        if (!template_.empty()) drop(template_);
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    std::string create() {
        std::string name = "ecron_" + to_hex(random_bytes(8));
        session_ << "create database " + name + " character set utf8mb4 collate utf8mb4_bin";
        return name;
    }
    void drop(const std::string& database) { session_ << "drop database " + database; }

    std::string take_migrated() {
        if (template_.empty()) {
            template_ = create_migrated();
            template_schema_ = schema_of(template_);
            for (const std::string& table : tables())
                if (!column(fmt::format("select '1' from {}.{} limit 1", template_, table)).empty())
                    seeded_.push_back(table);
        }
        for (std::size_t candidates = unused_.size(); candidates > 0; --candidates) {
            std::string database = std::move(unused_.front());
            unused_.pop_front();
            if (has_sessions(database)) {
                unused_.push_back(std::move(database));
            } else if (schema_of(database) != template_schema_) {
                drop(database);
            } else {
                reset(database);
                return database;
            }
        }
        return create_migrated();
    }
    void give_back(std::string database) { unused_.push_back(std::move(database)); }

private:
    std::string create_migrated() {
        std::string name = create();
        migrate_new(server_options(name));
        return name;
    }
    std::vector<std::string> column(const std::string& query) {
        const soci::rowset<std::string> rows = session_.prepare << query;
        return {rows.begin(), rows.end()};
    }
    /// What the cases of a test program change: columns, indexes, triggers and the default character set.
    std::string schema_of(const std::string& database) {
        return column(
                   fmt::format(
                       "select concat((select group_concat(crc32(concat_ws(' ', table_name, column_name, "
                       "column_type, is_nullable, column_default, collation_name)) order by table_name, "
                       "ordinal_position) from information_schema.columns where table_schema = '{0}'), ' ', "
                       "(select group_concat(crc32(concat_ws(' ', table_name, index_name, column_name, "
                       "non_unique)) order by table_name, index_name, seq_in_index) from "
                       "information_schema.statistics where table_schema = '{0}'), ' ', (select count(*) "
                       "from "
                       "information_schema.triggers where trigger_schema = '{0}'), ' ', (select "
                       "default_collation_name from information_schema.schemata where schema_name = '{0}'))",
                       database))
            .front();
    }
    bool has_sessions(const std::string& database) {
        return column("select cast(count(*) as char) from information_schema.processlist where db = '" +
                      database + "'")
                   .front() != "0";
    }
    std::vector<std::string> tables() {
        return column(
            "select cast(table_name as char) from information_schema.tables where table_schema = '" +
            template_ + "'");
    }
    void reset(const std::string& database) {
        for (const std::string& table : tables()) session_ << "delete from " + database + "." + table;
        for (const std::string& seeded : seeded_)
            session_ << fmt::format("insert into {0}.{1} select * from {2}.{1}", database, seeded, template_);
        for (const std::string& table :
             column("select cast(table_name as char) from information_schema.columns where table_schema = '" +
                    template_ + "' and extra = 'auto_increment'"))
            session_ << fmt::format("alter table {}.{} auto_increment = 1", database, table);
    }

    soci::session session_;
    std::string template_;
    std::string template_schema_;
    std::vector<std::string> seeded_;  // the tables into which migrations insert rows
    std::deque<std::string> unused_;   // the one that was given back first is the first
};

Server& server() {
    static Server server;
    return server;
}

}  // namespace

Driver tested_driver() { return environment("ECRON_TEST_STORE") == "mysql" ? Driver::mysql : Driver::sqlite; }

Database::Database(Schema schema) : schema_(schema) {
    if (tested_driver() == Driver::mysql) {
        options_ = server_options(schema == Schema::none ? server().create() : server().take_migrated());
        return;
    }
    folder_ = create_folder();
    options_.path = folder_ + "/ecron.db";
    static const TemplateFile migrated;
    if (schema == Schema::migrated) std::filesystem::copy_file(migrated.path(), options_.path);
}

Database::~Database() {
    if (tested_driver() == Driver::sqlite)
        std::filesystem::remove_all(folder_);
    else if (schema_ == Schema::migrated)
        server().give_back(options_.database);
    else
        server().drop(options_.database);
}

}  // namespace ecron::store::test
