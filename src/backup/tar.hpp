// Tar: an archive in POSIX ustar form (IEEE Std 1003.1, pax "ustar Interchange Format") of small texts, in memory. For
// evidence bundles: any tar opens them.
#pragma once
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace dhii::backup {

class Tar {
 public:
  explicit Tar(Timestamp at) : at_(at) {}
  // `name`: at most 100 bytes, relative; longer ones throw, they are always ours.
  void add(std::string_view name, std::string_view content);
  // With the two empty blocks that end an archive.
  std::string finish() &&;

 private:
  Timestamp at_;
  std::string out_;
};

}  // namespace dhii::backup
