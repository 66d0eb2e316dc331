// Sha256Stream: SHA-256 of something too big to hold, piece by piece. One thread.
#pragma once
#include <memory>
#include <string_view>

#include "crypto/mac.hpp"

struct evp_md_ctx_st;

namespace dhii::crypto {

class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  void update(std::string_view bytes);
  Sha256 finish();  // once

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace dhii::crypto
