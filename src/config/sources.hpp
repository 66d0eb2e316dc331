// Where settings come from, and the memory of it: NAME in the environment, a file named by NAME_FILE, a systemd
// credential
// ($CREDENTIALS_DIRECTORY/NAME), then secrets.env in the data folder. All problems are collected; nothing is printed
// here.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace dhii::config {

inline constexpr std::size_t kMaxValueBytes =
    64 * 1024;  // of a NAME_FILE or secrets.env; a bigger one is not what was meant

using Variables = std::map<std::string, std::string, std::less<>>;
Variables process_environment();

// What is wrong with one variable, as a sentence: "DHII_LISTEN: 'here' has no port; expected an address and a port such
// as 127.0.0.1:8080."
struct Problem {
  std::string variable;
  std::string what;
  std::string expected;
  std::string message() const;
};

enum class Source { kDefault, kEnvironment, kFile, kCredential, kSecretsFile };
std::string_view source_name(Source source);

struct Value {
  std::string text;
  Source source = Source::kDefault;
};

class Sources {
 public:
  explicit Sources(Variables environment) : environment_(std::move(environment)) {}
  void add_secrets_file(Variables variables) { secrets_file_ = std::move(variables); }
  // Empty values count as not set. Unreadable files and double settings go to `problems`.
  std::optional<Value> find(std::string_view name, std::vector<Problem>& problems) const;
  const Variables& environment() const { return environment_; }

 private:
  Variables environment_;
  Variables secrets_file_;
};

// Lines NAME=value, '#' comments, optional quotes around the value; nullopt with the number of the first line that is
// neither.
struct EnvFile {
  Variables variables;
  std::size_t bad_line = 0;  // 0: none
};
EnvFile parse_env_file(std::string_view text);

std::optional<std::string> read_small_file(const std::filesystem::path& path);

}  // namespace dhii::config
