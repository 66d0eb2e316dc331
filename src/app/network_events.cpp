#include "app/network_events.hpp"

#include <filesystem>

#include "base/bytes.hpp"

namespace dhii::app {
namespace {

using event::Kind;

constexpr std::chrono::minutes kOutOfStep{30};      // a mail server's maintenance may take that long
constexpr std::chrono::hours kTellAgain{6};         // while an account goes on failing
constexpr std::chrono::hours kSeenPause{12};        // an unchanged certificate is saved no more often
constexpr std::chrono::hours kSeenLately{24 * 14};  // whose expiry matters
constexpr double kRenewalShare = 0.4;

std::string place_of(const std::string& host, const std::string& peer) {
  const auto colon = peer.rfind(':');
  return host + (colon == std::string::npos ? "" : peer.substr(colon));
}

// Two levels are enough to tell which, and name nothing outside the data folder.
std::string short_path(const std::string& file) {
  const std::filesystem::path path(file);
  return (path.parent_path().filename() / path.filename()).string();
}

}  // namespace

bool is_due_renewal(const store::MailCertificate& before, const net::PeerCertificate& shown, Timestamp now) {
  if (before.issuer != shown.issuer) return false;
  const auto life = before.not_after - before.not_before;
  return static_cast<double>((before.not_after - now).count()) <= kRenewalShare * static_cast<double>(life.count());
}

void NetworkEvents::load(std::vector<store::MailCertificate> known) {
  for (auto& certificate : known) {
    std::string place = certificate.place;
    known_.insert_or_assign(std::move(place), std::move(certificate));
  }
}

void NetworkEvents::egress_blocked(const std::string& place) {
  sink_.record({.kind = Kind::kEgressBlocked, .actor = "system", .object = place});
}

void NetworkEvents::tls_failed(const std::string& host, const std::string& peer, const Error& error) {
  if (peer.ends_with(":443")) return;  // pictures in mail: their sender chose the server
  sink_.record(
      {.kind = Kind::kTlsFailed, .actor = "system", .object = place_of(host, peer), .detail = error.message()});
}

void NetworkEvents::tls_established(const net::PeerCertificate& shown) {
  if (shown.fingerprint.empty() || shown.peer.ends_with(":443")) return;  // mail servers only
  const Timestamp now = clock_.now();
  const std::string place = place_of(shown.host, shown.peer);
  const auto found = known_.find(place);
  if (found != known_.end() && found->second.fingerprint == shown.fingerprint &&
      now - found->second.seen_at < kSeenPause)
    return;
  if (found != known_.end() && found->second.fingerprint != shown.fingerprint &&
      !is_due_renewal(found->second, shown, now)) {
    sink_.record({.kind = Kind::kCertificateChanged,
                  .actor = "system",
                  .object = place,
                  .detail = "from " + found->second.fingerprint.substr(0, 16) + " (" + found->second.issuer + ") to " +
                            shown.fingerprint.substr(0, 16) + " (" + shown.issuer + ")"});
  }
  if (found == known_.end()) sink_.record({.kind = Kind::kNewMailHost, .actor = "dhii-mail", .object = place});
  if (found == known_.end() && known_.size() >= store::MailCertificates::kMaxPlaces) return;
  const store::MailCertificate certificate{place, shown.fingerprint, shown.issuer, shown.not_before, shown.not_after,
                                           now};
  known_.insert_or_assign(place, certificate);
  save_(certificate);
}

void NetworkEvents::account_changed(const sync::AccountStatus& status) {
  using enum sync::AccountState;
  auto& trouble = troubles_[status.account];
  const std::string object = "account a" + std::to_string(status.account.value);
  if (status.state == kAuthFailed && !std::exchange(trouble.refused, true)) {
    sink_.record({.kind = Kind::kMailSignInFailed,
                  .user = status.user,
                  .object = object,
                  .detail = std::string(truncate_utf8(status.error, 200))});
  }
  if (status.state == kIdle || status.state == kSyncing) trouble = {};
  if (status.state != kOffline && status.state != kError && status.state != kAuthFailed) return;
  const Timestamp now = clock_.now();
  if (status.in_step_at == Timestamp{} || now - status.in_step_at < kOutOfStep ||
      now - trouble.told_failing < kTellAgain)
    return;
  trouble.told_failing = now;
  const auto minutes = std::chrono::floor<std::chrono::minutes>(now - status.in_step_at).count();
  sink_.record(
      {.kind = Kind::kSyncFailing,
       .user = status.user,
       .object = object,
       .detail = std::to_string(minutes) + " minutes (" + std::string(truncate_utf8(status.error, 200)) + ")"});
}

std::vector<security::CertificateReading> NetworkEvents::certificates() const {
  std::vector<security::CertificateReading> out;
  const Timestamp now = clock_.now();
  for (const auto& [place, certificate] : known_) {
    if (now - certificate.seen_at < kSeenLately) out.push_back({place, certificate.not_after});
  }
  return out;
}

void DatabaseEvents::database_failed(store::StoreError error, const std::string& file,
                                     const std::string& detail) noexcept {
  try {
    Kind kind = Kind::kDatabaseError;
    if (error == store::StoreError::kCorrupt) kind = Kind::kDatabaseCorrupt;
    if (error == store::StoreError::kDiskFull) kind = Kind::kDiskFull;
    if (error == store::StoreError::kWrongKey) kind = Kind::kDatabaseWrongKey;
    sink_.record({.kind = kind, .actor = "system", .object = short_path(file), .detail = detail});
  } catch (...) {  // out of memory: the caller gets its error all the same
  }
}

}  // namespace dhii::app
