/// Files of other schedulers, of which the first byte chooses one: whatever they contain, the definitions
/// that an import writes can be read again, with the same values.
#include <array>
#include <boost/json/object.hpp>
#include <cassert>
#include <cstdint>
#include <string_view>

#include "client/import/imported.hpp"
#include "client/text/yaml_reader.hpp"
#include "ecron/base/utf8.hpp"

using namespace ecron;
using namespace ecron::client;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    constexpr std::array kImporters{import_crontab, import_cronjobs, import_dkron, import_xxl_job};
    const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
    std::string valid;
    append_valid_utf8(valid, text);
    if (valid != text) return 0;  // the command replaces invalid bytes
    ImportOptions options{.file = "f", .timezone = "UTC"};
    if (data[0] % 8 >= 4) options.user_column = ImportOptions::UserColumn::present;
    const auto import = kImporters.at(data[0] % 4)(text, options);
    if (!import) {
        assert(!import.error().lines.empty());
        return 0;
    }
    const auto documents = read_documents("import", format_import(*import, Instant{}), Content::any);
    assert(documents);
    std::size_t next = 0;
    for (const Imported& imported : import->jobs) {
        if (imported.use == Imported::Use::commented) continue;
        assert(next < documents->size() && (*documents)[next].value == imported.job);
        ++next;
    }
    assert(next == documents->size());
    return 0;
}
