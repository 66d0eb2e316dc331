#include "app/exports.hpp"

#include <spdlog/spdlog.h>

#include <boost/json.hpp>
#include <fstream>

#include "base/bytes.hpp"
#include "config/private_file.hpp"
#include "store/repositories.hpp"
#include "transfer/archive.hpp"

namespace dhii::app {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

using api::ExportError;

std::string key_identity(UserId user) { return "export of user " + std::to_string(user.value); }

std::string part_identity(const store::DataExport& row, std::int64_t part) {
  return "export " + std::to_string(row.id) + " part " + std::to_string(part);
}

// What dhii-mail knows of a person beside the mail. No password, key or hash.
Result<std::string> describe_user(Installation& installation, UserId id) {
  auto& control = installation.control();
  DHII_TRY_ASSIGN(const auto user, control.get_user(id));
  DHII_TRY_ASSIGN(const auto accounts, control.list_accounts(id));
  DHII_TRY_ASSIGN(const auto sessions, control.list_sessions(id));
  json::array account_list;
  for (const auto& a : accounts) {
    json::error_code error;
    json::value settings = json::parse(a.settings_json, error);
    account_list.push_back({{"name", to_valid_utf8(a.name)},
                            {"email", to_valid_utf8(a.email)},
                            {"kind", a.kind == store::AccountKind::kLocal ? "local" : "imap"},
                            {"settings", error ? json::value(nullptr) : std::move(settings)}});
  }
  json::array session_list;
  for (const auto& s : sessions) {
    session_list.push_back({{"client", to_valid_utf8(s.device)},
                            {"address", s.address},
                            {"created_at", to_unix_seconds(s.created_at)},
                            {"last_used_at", to_unix_seconds(s.last_used_at)}});
  }
  return json::serialize(json::object{{"login", user.login},
                                      {"display_name", user.display_name},
                                      {"role", store::user_role_name(user.role)},
                                      {"created_at", to_unix_seconds(user.created_at)},
                                      {"accounts", std::move(account_list)},
                                      {"sessions", std::move(session_list)}});
}

Result<std::string> read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string out((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in.eof() && in.fail()) return fail(ExportError::kNotFound);
  return out;
}

}  // namespace

Exports::Exports(Parts parts)
    : p_(std::move(parts)),
      records_(p_.installation.control()),
      wrap_(p_.installation.keyring().derive("data exports v1")) {}

fs::path Exports::folder() const { return p_.installation.settings().data_directory / "exports"; }

fs::path Exports::file(const store::DataExport& row, std::int64_t part) const {
  return folder() / ("u" + std::to_string(row.user.value) + "-x" + std::to_string(row.id) + "-" + std::to_string(part) +
                     ".sealed");
}

void Exports::report(event::Kind kind, const http::Principal& who, std::string address, std::string object) {
  p_.events.record({.kind = kind,
                    .at = p_.installation.clock().now(),
                    .user = who.user,
                    .session = who.session,
                    .actor = "user u" + std::to_string(who.user.value),
                    .address = std::move(address),
                    .object = std::move(object)});
}

net::Task<store::DataExport> Exports::start(http::Principal who, std::string address) {
  const Timestamp now = p_.installation.clock().now();
  DHII_CO_TRY_ASSIGN(auto row, co_await p_.db_pool.run([&]() -> Result<store::DataExport> {
    DHII_TRY_ASSIGN(const auto there, records_.exports(who.user));
    for (const auto& e : there) {
      if (e.state == store::ExportState::kRunning) return fail(ExportError::kRunning);
    }
    if (there.size() >= kMaxExportsKept) return fail(ExportError::kTooMany);
    std::error_code error;
    const auto space = fs::space(p_.installation.settings().data_directory, error);
    if (!error && space.available < kExportRoomBytes) return fail(ExportError::kNoRoom);
    const Secret key = Secret::take(p_.installation.random().raw(crypto::SealKey::kKeyBytes));
    store::DataExport out{.user = who.user, .asked_at = now, .expires_at = now + kExportLifetime};
    out.sealed_key = wrap_.seal(key, key_identity(who.user), p_.installation.random());
    DHII_TRY_ASSIGN(out.id, records_.add_export(out));
    return out;
  }));
  report(event::Kind::kDataExported, who, std::move(address), "all mail and settings");
  p_.later(run(row));
  co_return row;
}

net::Task<> Exports::run(store::DataExport row) {
  const auto written = co_await pool_.run([&] { return write(row); });
  row.state = written ? store::ExportState::kReady : store::ExportState::kFailed;
  if (!written) {
    spdlog::warn("export {} failed: {}", row.id, log_escape(written.error().message()));
    remove_files(row);
  }
  co_return co_await p_.db_pool.run([&] { return records_.update_export(row); });
}

Result<void> Exports::write(store::DataExport& row) {
  DHII_TRY(config::make_private_directory(folder()));
  DHII_TRY_ASSIGN(const Secret key, wrap_.open_secret(row.sealed_key, key_identity(row.user)));
  const crypto::SealKey seal(key);
  DHII_TRY_ASSIGN(const auto mail, p_.installation.stores().open(row.user));
  DHII_TRY_ASSIGN(const auto accounts, p_.installation.control().list_accounts(row.user));
  DHII_TRY_ASSIGN(const std::string about, describe_user(p_.installation, row.user));
  std::vector<transfer::ArchiveAccount> folders;
  for (const auto& a : accounts)
    folders.push_back({a.id, "a" + std::to_string(a.id.value) + " " + (a.email.empty() ? a.name : a.email)});
  DHII_TRY_ASSIGN(row.messages,
                  transfer::write_archive(*mail, folders, about, row.asked_at, [&](std::string part) -> Result<void> {
                    if (stopping_) return fail(ExportError::kNotReady, "the server is stopping");
                    std::error_code error;
                    const auto space = fs::space(folder(), error);
                    if (!error && space.available < kExportRoomBytes + part.size()) return fail(ExportError::kNoRoom);
                    ++row.parts;
                    row.bytes += static_cast<std::int64_t>(part.size());
                    const auto sealed = seal.seal(part, part_identity(row, row.parts), p_.installation.random());
                    DHII_TRY_ASSIGN(const bool made, config::create_private_file(file(row, row.parts), sealed));
                    if (!made) return fail(ExportError::kNotReady, "the file is there already");
                    return {};
                  }));
  return {};
}

net::Task<std::vector<store::DataExport>> Exports::list(UserId user) {
  co_return co_await p_.db_pool.run([&] { return records_.exports(user); });
}

net::Task<store::DataExport> Exports::get(http::Principal who, std::int64_t id, std::string address) {
  DHII_CO_TRY_ASSIGN(const auto all, co_await p_.db_pool.run([&] { return records_.exports(std::nullopt); }));
  for (const auto& e : all) {
    if (e.id != id) continue;
    if (e.user == who.user) co_return e;
    report(event::Kind::kForeignObject, who, std::move(address), "export x" + std::to_string(id));
    break;
  }
  co_return fail(ExportError::kNotFound);
}

net::Task<std::string> Exports::part(http::Principal who, std::int64_t id, std::int64_t part, std::string address) {
  DHII_CO_TRY_ASSIGN(const auto row, co_await get(who, id, address));
  if (row.state != store::ExportState::kReady) co_return fail(ExportError::kNotReady);
  if (part > row.parts || row.expires_at <= p_.installation.clock().now()) co_return fail(ExportError::kNotFound);
  if (part == 1) report(event::Kind::kDataExported, who, std::move(address), "export x" + std::to_string(id));
  co_return co_await pool_.run([&]() -> Result<std::string> {
    DHII_TRY_ASSIGN(const Secret key, wrap_.open_secret(row.sealed_key, key_identity(row.user)));
    DHII_TRY_ASSIGN(const std::string sealed, read_file(file(row, part)));
    return crypto::SealKey(key).open(sealed, part_identity(row, part));
  });
}

void Exports::remove_files(const store::DataExport& row) {
  // One more than is counted: a part that was being written when it failed.
  for (std::int64_t part = 1; part <= row.parts + 1; ++part) {
    std::error_code ignored;
    fs::remove(file(row, part), ignored);
  }
}

net::Task<> Exports::remove(http::Principal who, std::int64_t id, std::string address) {
  DHII_CO_TRY_ASSIGN(const auto row, co_await get(who, id, std::move(address)));
  if (row.state == store::ExportState::kRunning) co_return fail(ExportError::kRunning);
  co_return co_await p_.db_pool.run([&]() -> Result<void> {
    DHII_TRY(records_.remove_export(row.id));
    remove_files(row);
    return {};
  });
}

net::Task<> Exports::settle() {
  co_return co_await p_.db_pool.run([this]() -> Result<void> {
    DHII_TRY_ASSIGN(const auto all, records_.exports(std::nullopt));
    for (store::DataExport row : all) {
      if (row.state != store::ExportState::kRunning) continue;
      std::error_code error;
      for (row.parts = 0; fs::exists(file(row, row.parts + 1), error);) ++row.parts;
      remove_files(row);
      row.parts = 0;
      row.state = store::ExportState::kFailed;
      DHII_TRY(records_.update_export(row));
    }
    return {};
  });
}

net::Task<> Exports::expire() {
  const Timestamp now = p_.installation.clock().now();
  co_return co_await p_.db_pool.run([&]() -> Result<void> {
    DHII_TRY_ASSIGN(const auto all, records_.exports(std::nullopt));
    for (const auto& row : all) {
      if (row.expires_at > now || row.state == store::ExportState::kRunning) continue;
      DHII_TRY(records_.remove_export(row.id));
      remove_files(row);
    }
    return {};
  });
}

void Exports::remove_files_of(UserId user) {
  std::error_code ignored;
  const std::string mark = "u" + std::to_string(user.value) + "-x";
  for (const auto& entry : fs::directory_iterator(folder(), ignored)) {
    if (entry.path().filename().string().starts_with(mark)) fs::remove(entry.path(), ignored);
  }
}

}  // namespace dhii::app
