#include "execution/command/command_records.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <thread>
#include <vector>

#include "ecron/base/log.hpp"
#include "execution/command/processes.hpp"

namespace ecron::execution {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "commands-";
constexpr std::array<char, 8> kMagic{'e', 'c', 'r', 'o', 'n', 'c', 'm', '1'};

struct Header {
    std::array<char, 8> magic{};
    std::array<char, 40> boot_id{};  // pids and start times restart with each boot
    std::uint64_t count{0};
};

std::unexpected<Error> system_error(const std::string& what) {
    return fail(Errc::unavailable, what + ": " + std::strerror(errno));
}

std::array<char, 40> boot_id() {
    std::array<char, 40> id{};
    const Descriptor file{::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)};
    if (file) static_cast<void>(::read(file.get(), id.data(), id.size() - 1));
    return id;
}

/// The records of a file; empty if it is from another boot or not a record file.
std::vector<Suspect> read_records(int file) {
    struct stat status{};
    if (::fstat(file, &status) != 0 || status.st_size < static_cast<off_t>(sizeof(Header))) return {};
    const auto size = static_cast<std::size_t>(status.st_size);
    void* const mapping = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
    if (mapping == MAP_FAILED) return {};
    std::vector<Suspect> found;
    const auto* const header = static_cast<const Header*>(mapping);
    const std::size_t fit = (size - sizeof(Header)) / sizeof(CommandRecord);
    if (header->magic == kMagic && header->boot_id == boot_id()) {
        const auto* const records = reinterpret_cast<const CommandRecord*>(header + 1);
        for (std::size_t i = 0; i < std::min<std::size_t>(fit, header->count); ++i) {
            const std::int32_t pid = records[i].pid.load(std::memory_order_acquire);
            if (pid <= 1) continue;
            const auto& name = records[i].execution;
            found.push_back({pid, records[i].earliest, records[i].latest,
                             std::string{name.data(), ::strnlen(name.data(), name.size())}});
        }
    }
    ::munmap(mapping, size);
    return found;
}

/// If ecron was killed while starting a process, that process holds the lock until it has executed the
/// command, which takes milliseconds; a running ecron holds it permanently. A lock gives no notification and
/// cannot be awaited with a timeout, so it is polled.
bool lock_of_the_dead(int file) {
    constexpr int kTries = 20;
    for (int i = 0; i < kTries; ++i) {
        if (::flock(file, LOCK_EX | LOCK_NB) == 0) return true;
        std::this_thread::sleep_for(Millis{10});
    }
    return false;
}

Result<void> make_directory(const std::string& directory) {
    if (::mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST) return {};
    return system_error("run_dir " + directory);
}

/// Prevents a starting ecron from treating a file that another one is creating as left behind.
Result<Descriptor> lock_directory(const std::string& directory) {
    Descriptor lock{::open((directory + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    if (!lock || ::flock(lock.get(), LOCK_EX) != 0) return system_error("run_dir " + directory);
    return lock;
}

/// Waits until one of them has ended, at most for that time: they may start further processes meanwhile.
void await_end_of_one(const std::vector<pid_t>& alive, Millis most) {
    constexpr std::size_t kWatched = 64;
    std::vector<Descriptor> processes;
    std::vector<pollfd> watched;
    for (const pid_t pid : alive) {
        if (watched.size() == kWatched) break;
        Descriptor process{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
        if (!process && errno == ESRCH) return;
        if (!process) break;
        watched.push_back({process.get(), POLLIN, 0});
        processes.push_back(std::move(process));
    }
    ::poll(watched.data(), watched.size(), static_cast<int>(most.count()));
}

/// Ends all of these processes; returns their number.
std::size_t end_all(const std::vector<Suspect>& suspects, Millis grace) {
    constexpr Millis kLook{100};
    constexpr Millis kDeath{2'000};  // for the kernel to end killed processes
    const auto begun = std::chrono::steady_clock::now();
    std::size_t ended = 0;
    for (bool first = true;; first = false) {
        const std::vector<pid_t> alive = members_of(suspects);
        if (first) ended = alive.size();
        if (alive.empty()) return ended;
        const auto waited = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - begun);
        if (waited > grace + kDeath) {
            log::error("failed to kill processes of an earlier ecron process: count={} first={}",
                       alive.size(), alive.front());
            return ended;
        }
        if (first)
            for (const pid_t pid : alive) ::kill(pid, SIGTERM), ::kill(pid, SIGCONT);
        if (waited >= grace)
            for (const pid_t pid : alive) ::kill(pid, SIGKILL);
        await_end_of_one(alive, waited < grace ? std::min(kLook, grace - waited) : kLook);
    }
}

}  // namespace

std::int64_t nanoseconds_since_boot() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

Result<std::unique_ptr<CommandRecords>> CommandRecords::open(const std::string& directory, std::size_t most) {
    if (const Result<void> made = make_directory(directory); !made) return std::unexpected(made.error());
    const Result<Descriptor> lock = lock_directory(directory);
    if (!lock) return std::unexpected(lock.error());
    std::unique_ptr<CommandRecords> self{new CommandRecords};
    std::string path = directory + '/' + std::string{kPrefix} + "XXXXXX";
    self->file_ = Descriptor{::mkostemp(path.data(), O_CLOEXEC)};
    if (!self->file_) return system_error("run_dir " + directory);
    self->path_ = std::move(path);
    self->size_ = sizeof(Header) + most * sizeof(CommandRecord);
    // Allocates the disk space now, so that a later write to the mapping cannot raise SIGBUS.
    if (::flock(self->file_.get(), LOCK_EX | LOCK_NB) != 0) return system_error(self->path_);
    errno = ::posix_fallocate(self->file_.get(), 0, static_cast<off_t>(self->size_));
    if (errno != 0) return system_error(self->path_);
    void* const mapping =
        ::mmap(nullptr, self->size_, PROT_READ | PROT_WRITE, MAP_SHARED, self->file_.get(), 0);
    if (mapping == MAP_FAILED) return system_error(self->path_);
    self->mapping_ = mapping;
    auto* const header = new (mapping) Header{.magic = kMagic, .boot_id = boot_id(), .count = most};
    auto* const records = reinterpret_cast<CommandRecord*>(header + 1);
    for (std::size_t i = most; i-- > 0;) self->free_.push_back(new (&records[i]) CommandRecord);
    return self;
}

CommandRecords::~CommandRecords() {
    if (mapping_ != nullptr) ::munmap(mapping_, size_);
    if (!path_.empty()) ::unlink(path_.c_str());
}

CommandRecord* CommandRecords::take(const ExecuteId& execution) {
    const std::lock_guard lock{mutex_};
    if (free_.empty()) return nullptr;
    CommandRecord* const record = free_.back();
    free_.pop_back();
    taken_.insert(record);
    record->execution.fill('\0');
    std::ranges::copy(std::string_view{execution.value()}.substr(0, record->execution.size() - 1),
                      record->execution.begin());
    return record;
}

void CommandRecords::give_back(CommandRecord& record) {
    const std::lock_guard lock{mutex_};
    record.pid.store(0, std::memory_order_release);
    taken_.erase(&record);
    free_.push_back(&record);
}

std::vector<RunningCommand> CommandRecords::running() const {
    const std::lock_guard lock{mutex_};
    std::vector<RunningCommand> all;
    for (const CommandRecord* const record : taken_) {
        const pid_t pid = record->pid.load(std::memory_order_acquire);
        if (pid <= 1) continue;
        const auto& name = record->execution;
        all.push_back({pid, std::string{name.data(), ::strnlen(name.data(), name.size())}});
    }
    return all;
}

Result<std::size_t> end_orphans(const std::string& directory, Millis grace) {
    std::error_code failed;
    if (!fs::exists(directory, failed)) return 0;
    const Result<Descriptor> lock = lock_directory(directory);
    if (!lock) return std::unexpected(lock.error());
    std::vector<Descriptor> files;
    std::vector<std::string> paths;
    std::vector<Suspect> suspects;
    for (fs::directory_iterator at{directory, failed}, end; !failed && at != end; at.increment(failed)) {
        if (!at->path().filename().string().starts_with(kPrefix)) continue;
        Descriptor file{::open(at->path().c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW)};
        if (!file || !lock_of_the_dead(file.get())) continue;
        for (Suspect& suspect : read_records(file.get())) suspects.push_back(std::move(suspect));
        files.push_back(std::move(file));
        paths.push_back(at->path());
    }
    if (failed) return fail(Errc::unavailable, "run_dir " + directory + ": " + failed.message());
    const std::size_t ended = suspects.empty() ? 0 : end_all(suspects, grace);
    for (const std::string& path : paths) ::unlink(path.c_str());
    return ended;
}

}  // namespace ecron::execution
