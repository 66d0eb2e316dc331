// Cursor: where a page ended, opaque and authenticated. It opens only for the user and the filters that it was made
// for, so nobody can walk somebody else's list with it or make one up. Pure but for the key.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "crypto/mac.hpp"

namespace dhii::api {

class Cursors {
 public:
  explicit Cursors(const Secret& key) : mac_(key) {}
  // `scope`: everything that a cursor must not be moved across, e.g. the path and the filters.
  std::string make(UserId user, std::string_view scope, std::int64_t position) const;
  std::optional<std::int64_t> open(UserId user, std::string_view scope, std::string_view text) const;

 private:
  std::string tag(UserId user, std::string_view scope, std::string_view position) const;
  crypto::HmacSha256 mac_;
};

}  // namespace dhii::api
