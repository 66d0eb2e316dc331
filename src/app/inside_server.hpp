// InsideServer: the whole product, serving from a thread of this process: what `audit` and tests attack. No signals, no
// sandbox (which would be the whole process's), nothing printed. Defined in serve.cpp, beside the product it runs.
#pragma once
#include <memory>
#include <string>

#include "app/installation.hpp"

namespace dhii::app {

class InsideServer {
 public:
  // `installation` outlives it. Listens when it returns.
  static Result<std::unique_ptr<InsideServer>> start(Installation& installation);
  ~InsideServer();  // answers what is under way, then ends the thread
  InsideServer(const InsideServer&) = delete;
  InsideServer& operator=(const InsideServer&) = delete;
  std::string url() const;  // "http://127.0.0.1:40123"

 private:
  struct Parts;
  explicit InsideServer(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace dhii::app
