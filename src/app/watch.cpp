#include "app/watch.hpp"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <spdlog/spdlog.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "net/deadline.hpp"
#include "store/control_reports.hpp"

namespace dhii::app {
namespace {

constexpr std::chrono::seconds kMeasurePause{15};

// When the first certificate of a PEM file ends; nullopt: unreadable, which the server itself reports.
std::optional<Timestamp> certificate_end(const std::string& file) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> in(std::fopen(file.c_str(), "re"), std::fclose);
  if (!in) return std::nullopt;
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(PEM_read_X509(in.get(), nullptr, nullptr, nullptr),
                                                                X509_free);
  std::tm time{};
  if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &time) != 1) return std::nullopt;
  return from_unix_seconds(timegm(&time));
}

std::optional<security::Readings::Disk> disk_of(const std::filesystem::path& folder) {
  struct statvfs info{};
  if (::statvfs(folder.c_str(), &info) != 0) return std::nullopt;
  return security::Readings::Disk{folder.string(), std::uint64_t{info.f_bavail} * info.f_frsize,
                                  std::uint64_t{info.f_blocks} * info.f_frsize};
}

}  // namespace

Watch::Watch(EventLog& log, Installation& installation, event::Sink& sink, std::vector<http::Network> proxies,
             security::DeskHands hands)
    : installation_(installation),
      rows_(log.rows()),
      journal_(log.journal()),
      proxies_(std::move(proxies)),
      alerts_(log.database()),
      blocks_(alerts_, std::chrono::minutes(installation.settings().alerts.block_minutes),
              [this](std::string_view address) {
                return std::ranges::any_of(proxies_,
                                           [&](const http::Network& n) { return n.contains(std::string(address)); });
              }),
      desk_(alerts_, blocks_, sink, installation.clock(), installation.settings().alerts, std::move(hands)),
      new_networks_(log.rows(), sink),
      dropped_(installation.metrics().gauge("dhii_events_dropped",
                                            "Security events lost to overload since the program started.")) {
  log.journal().follow(desk_);
  log.journal().follow(new_networks_);
}

Result<void> Watch::load() {
  DHII_TRY(blocks_.load(installation_.clock().now()));
  return desk_.load();
}

std::optional<std::chrono::seconds> Watch::blocked_for(std::string_view address) {
  return blocks_.blocked_for(address, installation_.clock().now());
}

void Watch::finished(const http::Request& request, std::string_view, const http::Response& response,
                     std::chrono::microseconds) {
  security::Activity activity{.at = installation_.clock().now(), .address = request.client_address};
  if (request.principal) activity.user = request.principal->user;
  activity.object = std::hash<std::string>{}(request.path);
  activity.bytes = static_cast<std::uint32_t>(std::min<std::size_t>(response.payload().size(), UINT32_MAX));
  // A step-up that is asked for, a page that was not changed: ordinary.
  activity.failed = response.status >= 400 && response.problem_code != "auth.step_up_required";
  activity.server_error = response.status >= 500;
  desk_.note(std::move(activity));
}

void Watch::show_figures() {
  const auto figures = journal_.figures();
  dropped_.set(static_cast<double>(figures.dropped.minor + figures.dropped.major));
}

security::Readings Watch::measure() {
  show_figures();
  const auto& settings = installation_.settings();
  security::Readings out;
  if (!settings.tls_certificate.empty()) {
    if (const auto end = certificate_end(settings.tls_certificate)) out.certificates.push_back({"this server", *end});
  }
  if (auto disk = disk_of(settings.data_directory)) out.disks.push_back(std::move(*disk));
  out.backup_expected = !settings.operations.backup_directory.empty();
  if (out.backup_expected) {
    const auto done = rows_.list({.names = {std::string(event::name_of(event::Kind::kBackupDone))}, .limit = 1});
    if (done && !done->empty()) out.last_backup = done->front().entry.event.at;
  }
  store::Reports reports(installation_.control());
  if (const auto audits = reports.list("audit", 1); audits && !audits->empty()) out.audit_score = audits->front().score;
  return out;
}

net::Task<> Watch::keep_measuring(net::BlockingPool& pool, const NetworkEvents& network) {
  for (;;) {
    auto readings = co_await pool.run([this]() -> Result<security::Readings> { return measure(); });
    if (readings) {
      for (auto& upstream : network.certificates()) readings->certificates.push_back(std::move(upstream));
      desk_.measured(std::move(*readings));
    }
    DHII_CO_TRY(co_await net::sleep_for(kMeasurePause));
  }
}

}  // namespace dhii::app
