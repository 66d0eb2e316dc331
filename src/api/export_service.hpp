// CONTRACT. ExportService: all of one's own data as tar files, made by a job, kept sealed for a day, fetched part by
// part. Implemented in app/ over store and transfer. Io thread; everything that blocks goes to a pool inside. Every
// call names the user: an export of somebody else is kNotFound.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "http/message.hpp"
#include "net/task.hpp"
#include "store/control_users.hpp"

namespace dhii::api {

enum class ExportError {
  kNotFound,
  kRunning,  // one at a time
  kTooMany,  // kMaxExportsKept are there
  kNotReady,
  kNoRoom,
};
ErrorText describe(ExportError e);

class ExportService {
 public:
  virtual ~ExportService() = default;
  virtual net::Task<store::DataExport> start(http::Principal who, std::string address) = 0;
  virtual net::Task<std::vector<store::DataExport>> list(UserId user) = 0;
  virtual net::Task<store::DataExport> get(http::Principal who, std::int64_t id, std::string address) = 0;
  // `part` from 1. The clear bytes of one tar.
  virtual net::Task<std::string> part(http::Principal who, std::int64_t id, std::int64_t part, std::string address) = 0;
  virtual net::Task<> remove(http::Principal who, std::int64_t id, std::string address) = 0;
};

}  // namespace dhii::api
