#include "metrics/process.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <ctime>
#include <memory>
#include <string>

namespace dhii::metrics {
namespace {

constexpr std::size_t kMaxStatBytes = 4096;  // a line of about 350

class File {
 public:
  explicit File(const char* path) : fd_(open(path, O_RDONLY | O_CLOEXEC)) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  std::string read() const {
    std::string out(kMaxStatBytes, '\0');
    const ssize_t got = fd_ < 0 ? -1 : pread(fd_, out.data(), out.size(), 0);
    out.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return out;
  }

 private:
  int fd_;
};

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

// When the process started, in seconds since 1970, from how long the machine has been up (which needs no file, as
// /proc/stat would: the sandbox hides that).
double started_at(double seconds_after_boot) {
  timespec real{}, boot{};
  clock_gettime(CLOCK_REALTIME, &real);
  clock_gettime(CLOCK_BOOTTIME, &boot);
  const auto seconds = [](const timespec& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
  };
  return seconds(real) - seconds(boot) + seconds_after_boot;
}

class Process {
 public:
  explicit Process(Registry& registry)
      : stat_("/proc/self/stat"),
        descriptors_(opendir("/proc/self/fd")),
        cpu_(registry.counter("process_cpu_seconds_total", "Processor time used, user and system, in seconds.")),
        resident_(registry.gauge("process_resident_memory_bytes", "Memory held in RAM, in bytes.")),
        virtual_(registry.gauge("process_virtual_memory_bytes", "Address space reserved, in bytes.")),
        start_(registry.gauge("process_start_time_seconds", "When the process started, in seconds since 1970.")),
        open_(registry.gauge("process_open_fds", "Open file descriptors.")),
        most_(registry.gauge("process_max_fds", "The most file descriptors that may be open.")),
        threads_(registry.gauge("process_threads", "Threads of the process.")) {}

  void collect() {
    if (const auto stat = parse_stat(stat_.read())) show(*stat);
    open_.set(static_cast<double>(count_descriptors()));
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) most_.set(static_cast<double>(limit.rlim_cur));
  }

 private:
  void show(const ProcessStat& stat) {
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    const double cpu = static_cast<double>(stat.cpu_ticks) / ticks;
    cpu_.add(cpu - std::exchange(cpu_seen_, cpu));
    resident_.set(static_cast<double>(stat.resident_pages) * static_cast<double>(sysconf(_SC_PAGESIZE)));
    virtual_.set(static_cast<double>(stat.virtual_bytes));
    threads_.set(static_cast<double>(stat.threads));
    // Fixed at the first look: a clock that is set later must not look like a restart.
    if (std::exchange(start_known_, true)) return;
    start_.set(started_at(static_cast<double>(stat.start_ticks) / ticks));
  }

  std::size_t count_descriptors() {
    if (!descriptors_) return 0;
    rewinddir(descriptors_.get());
    std::size_t count = 0;
    while (const dirent* entry = readdir(descriptors_.get())) count += entry->d_name[0] != '.' ? 1 : 0;
    return count;
  }

  File stat_;
  std::unique_ptr<DIR, CloseDirectory> descriptors_;
  double cpu_seen_ = 0;
  bool start_known_ = false;
  Counter cpu_;
  Gauge resident_, virtual_, start_, open_, most_, threads_;
};

}  // namespace

std::optional<ProcessStat> parse_stat(std::string_view text) {
  const auto name_end = text.rfind(") ");
  if (name_end == std::string_view::npos) return std::nullopt;
  text.remove_prefix(name_end + 2);
  // Field 3 (state) is next; the numbers we want are fields 14, 15, 20, 22, 23, 24 of proc(5).
  std::array<std::uint64_t, 25> fields{};
  std::size_t field = 3;
  for (; field < fields.size() && !text.empty(); ++field) {
    const auto end = std::min(text.find(' '), text.size());
    std::from_chars(text.data(), text.data() + end, fields[field]);  // signed and letter fields stay 0: not used
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (field < fields.size()) return std::nullopt;
  return ProcessStat{fields[14] + fields[15], fields[22], fields[23], fields[24], fields[20]};
}

void add_process_metrics(Registry& registry) {
  registry.on_collect([process = std::make_shared<Process>(registry)] { process->collect(); });
}

}  // namespace dhii::metrics
