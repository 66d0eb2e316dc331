#include "config/sources.hpp"

#include <unistd.h>

#include <fstream>

#include "base/bytes.hpp"

namespace dhii::config {

Variables process_environment() {
  Variables out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) out.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

std::string Problem::message() const { return variable + ": " + what + "; expected " + expected + "."; }

std::string_view source_name(Source source) {
  switch (source) {
    case Source::kDefault:
      return "default";
    case Source::kEnvironment:
      return "environment";
    case Source::kFile:
      return "file";
    case Source::kCredential:
      return "systemd credential";
    case Source::kSecretsFile:
      return "secrets.env";
  }
  return "";
}

std::optional<std::string> read_small_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::string out(kMaxValueBytes + 1, '\0');
  in.read(out.data(), static_cast<std::streamsize>(out.size()));
  if (in.bad() || static_cast<std::size_t>(in.gcount()) > kMaxValueBytes) return std::nullopt;
  out.resize(static_cast<std::size_t>(in.gcount()));
  return out;
}

EnvFile parse_env_file(std::string_view text) {
  EnvFile out;
  std::size_t number = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    const auto equals = line.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      if (out.bad_line == 0) out.bad_line = number;
      continue;
    }
    std::string_view value = trim(line.substr(equals + 1));
    if (value.size() >= 2 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0])
      value = value.substr(1, value.size() - 2);
    out.variables.insert_or_assign(std::string(trim(line.substr(0, equals))), std::string(value));
  }
  return out;
}

std::optional<Value> Sources::find(std::string_view name, std::vector<Problem>& problems) const {
  const std::string file_name = std::string(name) + "_FILE";
  const auto direct = environment_.find(name);
  const auto by_file = environment_.find(file_name);
  const bool has_direct = direct != environment_.end() && !direct->second.empty();
  if (by_file != environment_.end() && !by_file->second.empty()) {
    if (has_direct) {
      problems.push_back({file_name, "is set together with " + std::string(name), "only one of the two"});
      return std::nullopt;
    }
    auto text = read_small_file(by_file->second);
    if (!text) {
      problems.push_back({file_name, "the file '" + log_escape(by_file->second) + "' can't be read",
                          "the path of a readable file of at most 64 KB"});
      return std::nullopt;
    }
    return Value{std::string(trim(*text)), Source::kFile};
  }
  if (has_direct) return Value{direct->second, Source::kEnvironment};
  const auto credentials = environment_.find("CREDENTIALS_DIRECTORY");
  if (credentials != environment_.end()) {
    const auto path = std::filesystem::path(credentials->second) / std::string(name);
    if (auto text = read_small_file(path)) return Value{std::string(trim(*text)), Source::kCredential};
  }
  const auto stored = secrets_file_.find(name);
  if (stored != secrets_file_.end() && !stored->second.empty()) return Value{stored->second, Source::kSecretsFile};
  return std::nullopt;
}

}  // namespace dhii::config
