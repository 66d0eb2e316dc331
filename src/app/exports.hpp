// Exports: api::ExportService. A job on a thread of its own writes the tar files, each sealed under a key made for this
// export and itself sealed under the installation's; after a day the key and the files go. What a crash left half done
// is failed at the next start.
#pragma once
#include <atomic>
#include <filesystem>
#include <functional>

#include "api/export_service.hpp"
#include "app/installation.hpp"
#include "event/event.hpp"
#include "net/blocking_pool.hpp"

namespace dhii::app {

inline constexpr std::chrono::hours kExportLifetime{24};
inline constexpr std::size_t kMaxExportsKept = 3;               // of one user
inline constexpr std::uintmax_t kExportRoomBytes = 512U << 20;  // left free on the disk: mail must still come in

class Exports final : public api::ExportService {
 public:
  struct Parts {
    Installation& installation;
    net::BlockingPool& db_pool;
    event::Sink& events;
    std::function<void(net::Task<>)> later;  // runs a task by itself
  };
  explicit Exports(Parts parts);

  net::Task<store::DataExport> start(http::Principal who, std::string address) override;
  net::Task<std::vector<store::DataExport>> list(UserId user) override;
  net::Task<store::DataExport> get(http::Principal who, std::int64_t id, std::string address) override;
  net::Task<std::string> part(http::Principal who, std::int64_t id, std::int64_t part, std::string address) override;
  net::Task<> remove(http::Principal who, std::int64_t id, std::string address) override;

  // At start: what was running when the last process ended has failed.
  net::Task<> settle();
  // Every minute, by app/.
  net::Task<> expire();
  // Blocking: the files of a user who is being erased.
  void remove_files_of(UserId user);
  // A job under way gives up at its next part, so that the program can end.
  void cancel() { stopping_ = true; }

 private:
  std::filesystem::path folder() const;
  std::filesystem::path file(const store::DataExport& row, std::int64_t part) const;
  net::Task<> run(store::DataExport row);
  Result<void> write(store::DataExport& row);
  void remove_files(const store::DataExport& row);
  void report(event::Kind kind, const http::Principal& who, std::string address, std::string object);

  Parts p_;
  store::UserRecords records_;
  crypto::SealKey wrap_;
  std::atomic<bool> stopping_{false};
  net::BlockingPool pool_{"export", 1, 8};
};

}  // namespace dhii::app
