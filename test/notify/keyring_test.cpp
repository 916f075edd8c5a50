#include "ecron/notify/keyring.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "ecron/base/uuid.hpp"

using namespace ecron;
using namespace ecron::notify;

namespace {

const std::string kForAll = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
const std::string kOwn = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const std::string kNext = "whsec_GBkaGxwdHh8gISIjJCUmJygpKissLS4v";

struct Folder {
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    void has(const std::string& name, const std::string& text) const {
        std::filesystem::create_directories((path / name).parent_path());
        std::ofstream(path / name) << text;
    }
    [[nodiscard]] Keyring keyring() const { return {path.string(), *read_signing_keys(kForAll)}; }

    std::filesystem::path path = std::filesystem::temp_directory_path() / ("ecron-keys-" + random_uuid());
};

}  // namespace

TEST_CASE("a tenant's own secrets take precedence over the common ones", "[notify]") {
    const Folder folder;
    folder.has("tenant-a/webhook_secret", kOwn);
    const Keyring keyring = folder.keyring();
    CHECK(keyring.keys_of(TenantId{"tenant-a"}) == *read_signing_keys(kOwn));
    CHECK(keyring.keys_of(TenantId{"tenant-b"}) == *read_signing_keys(kForAll));
    CHECK(Keyring("", {}).keys_of(TenantId{"tenant-a"}) == SigningKeys{});
}

TEST_CASE("secrets rotate without a restart", "[notify]") {
    const Folder folder;
    const Keyring keyring = folder.keyring();
    const TenantId tenant{"tenant-a"};
    folder.has("tenant-a/webhook_secret", kOwn);
    CHECK(keyring.keys_of(tenant)->size() == 1);
    folder.has("tenant-a/webhook_secret", kOwn + "\n" + kNext + "\n");
    CHECK(keyring.keys_of(tenant)->size() == 2);
    folder.has("tenant-a/webhook_secret", kNext + "\n");
    CHECK(keyring.keys_of(tenant) == *read_signing_keys(kNext));
}

TEST_CASE("a file without a valid secret is an error, never a missing signature", "[notify]") {
    const Folder folder;
    folder.has("tenant-a/webhook_secret", "not a secret");
    std::filesystem::create_directories(folder.path / "tenant-b" / "webhook_secret");
    for (const char* tenant : {"tenant-a", "tenant-b"}) {
        const auto keys = folder.keyring().keys_of(TenantId{tenant});
        REQUIRE_FALSE(keys);
        CHECK(keys.error().what.find("not a secret") == std::string::npos);
    }
}

TEST_CASE("no tenant name escapes the directory", "[notify]") {
    const Folder folder;
    folder.has("webhook_secret", kOwn);
    folder.has("inner/webhook_secret", kOwn);
    folder.has("a%2Fb/webhook_secret", kNext);
    const Keyring keyring = folder.keyring();
    for (const char* tenant : {"../inner", ".", "..", "", "./inner", "inner/"}) {
        CAPTURE(tenant);
        CHECK(keyring.keys_of(TenantId{tenant}) == *read_signing_keys(kForAll));
    }
    CHECK(keyring.keys_of(TenantId{"a/b"}) == *read_signing_keys(kNext));
}
