// Certificates that mail servers showed: one for each place, the last one seen. Blocking and thread-safe.
#pragma once
#include <string>
#include <vector>

#include "store/event_database.hpp"

namespace dhii::store {

struct MailCertificate {
  std::string place;  // "imap.example.org:993"
  std::string fingerprint, issuer;
  Timestamp not_before{}, not_after{}, seen_at{};
};

class MailCertificates {
 public:
  static constexpr std::size_t kMaxPlaces = 10'000;  // the longest unseen go

  explicit MailCertificates(EventDatabase& database) : database_(database) {}
  Result<std::vector<MailCertificate>> all();
  Result<void> save(const MailCertificate& certificate);

 private:
  EventDatabase& database_;
};

}  // namespace dhii::store
