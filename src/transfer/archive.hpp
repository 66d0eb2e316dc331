// All of one user's mail as tar files of bounded size: an mbox for each mailbox, and account.json, which the caller
// makes. Each part is a complete tar by itself; a mailbox that spans parts is "Inbox.mbox" in one and "Inbox.2.mbox" in
// the next, and putting them behind each other gives the whole. Blocking; memory is one part and one message.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/mail_store.hpp"

namespace dhii::transfer {

inline constexpr std::size_t kArchivePartBytes = 32U << 20;  // one answer of the server, held in memory

struct ArchiveAccount {
  AccountId id;
  std::string folder;  // its name inside the archive; made safe here
};

// POSIX ustar (IEEE Std 1003.1, pax, "ustar Interchange Format"). Names are cut to what it takes.
class Tar {
 public:
  void add(std::string_view folder, std::string_view name, std::string_view content, Timestamp when);
  std::size_t size() const { return bytes_.size(); }
  // The end marker; this object is empty afterwards.
  std::string finish();

 private:
  std::string bytes_;
};

// Hands each finished part on; an error of `take` stops it. Returns how many messages were written (one in two
// mailboxes counts once).
Result<std::int64_t> write_archive(store::MailStore& store, const std::vector<ArchiveAccount>& accounts,
                                   std::string_view account_json, Timestamp now,
                                   const std::function<Result<void>(std::string part)>& take,
                                   std::size_t part_bytes = kArchivePartBytes);

}  // namespace dhii::transfer
