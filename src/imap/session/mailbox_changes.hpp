// MailboxChanges: what the server tells unasked about the selected mailbox (RFC 9051 §5.2), kept until somebody takes
// it. Also counts how many messages exist, for ranges by sequence number. Pure; owned by the client; bounded.
#pragma once
#include <cstdint>

#include "imap/client.hpp"
#include "imap/codec/response.hpp"

namespace dhii::imap {

class MailboxChanges {
 public:
  // A newly selected mailbox. `exists` as SELECT told.
  void reset(UidValidity uid_validity, std::uint32_t exists);
  // True if the response was of that kind.
  bool absorb(Response& response);
  const Changes& pending() const { return changes_; }
  Changes take();
  std::uint32_t exists() const { return exists_; }

 private:
  void absorb_exists(std::uint32_t count);
  void absorb_vanished(VanishedData& vanished);
  void absorb_fetch(FetchData& fetch);
  void absorb_malformed(std::string_view name);

  Changes changes_;
  std::uint32_t exists_ = 0;
  UidValidity uid_validity_;
};

}  // namespace dhii::imap
