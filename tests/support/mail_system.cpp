#include "mail_system.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace dhii::tests {
namespace {

namespace fs = std::filesystem;

fs::path script() { return fs::path{DHII_SOURCE_DIR} / "scripts" / "mail-system"; }

bool installed(const char* program) {
  for (const char* folder : {"/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"}) {
    if (fs::exists(fs::path{folder} / program)) return true;
  }
  return false;
}

struct Finished {
  int status = -1;
  std::string output;  // standard output and standard error together
};

[[noreturn]] void become(std::vector<std::string> command, int output) {
  std::vector<char*> argv;
  for (auto& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::execv(argv.front(), argv.data());
  ::_exit(127);
}

std::string read_all(int fd) {
  std::string text;
  std::array<char, 4096> buffer;
  for (ssize_t n = 0; (n = ::read(fd, buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(n));
  return text;
}

Finished run_program(const std::vector<std::string>& command) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) become(command, ends[1]);
  ::close(ends[1]);
  Finished finished{.output = read_all(ends[0])};
  ::close(ends[0]);
  int raw = 0;
  ::waitpid(child, &raw, 0);
  finished.status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128;
  return finished;
}

fs::path temporary_folder() {
  auto pattern = (fs::temp_directory_path() / "dhii-mail-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder: " + pattern);
  return pattern;
}

// A port out of DIR/env (lines NAME=value); 0 where the value is empty.
std::uint16_t port_in(const fs::path& env, std::string_view name) {
  std::ifstream file{env};
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name) && line.size() > name.size() + 1 && line[name.size()] == '=') {
      return static_cast<std::uint16_t>(std::stoul(line.substr(name.size() + 1)));
    }
  }
  return 0;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}

}  // namespace

std::string MailSystem::why_no_imap() {
  return installed("dovecot") ? "" : "Dovecot is not installed; scripts/setup --tests installs it.";
}

std::string MailSystem::why_no_smtp() {
  if (auto why = why_no_imap(); !why.empty()) return why;
  if (!installed("postconf")) return "Postfix is not installed; scripts/setup --tests installs it.";
  return ::geteuid() == 0 ? "" : "Postfix runs only when the tests run as root.";
}

MailSystem::MailSystem(const MailSystemOptions& options) : folder_{temporary_folder()} {
  std::vector<std::string> arguments{"--port", "0", "--users", joined(options.users), "--format", options.format};
  for (const auto& setting : options.dovecot_settings) arguments.insert(arguments.end(), {"--dovecot", setting});
  if (!options.smtp) arguments.emplace_back("--no-smtp");
  std::vector<std::string> command{"start"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  try {
    run(command);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
    throw;
  }
  const auto env = folder_ / "env";
  imap_port_ = port_in(env, "MAIL_IMAP_PORT");
  imaps_port_ = port_in(env, "MAIL_IMAPS_PORT");
  smtp_port_ = port_in(env, "MAIL_SMTP_PORT");
  submission_port_ = port_in(env, "MAIL_SUBMISSION_PORT");
  smtps_port_ = port_in(env, "MAIL_SMTPS_PORT");
}

MailSystem::~MailSystem() {
  const auto stopped = run_program({script(), "stop", folder_});
  EXPECT_EQ(stopped.status, 0) << stopped.output;
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string MailSystem::run(const std::vector<std::string>& arguments) const {
  std::vector<std::string> command{script(), arguments.front(), folder_};
  command.insert(command.end(), arguments.begin() + 1, arguments.end());
  auto finished = run_program(command);
  if (finished.status != 0)
    throw std::runtime_error("scripts/mail-system " + arguments.front() + ": " + finished.output);
  return std::move(finished.output);
}

void MailSystem::stop_imap() { run({"stop-imap"}); }

void MailSystem::start_imap() { run({"start-imap"}); }

void MailSystem::deliver(std::string_view user, std::string_view message) {
  const auto file = folder_ / "message.eml";
  std::ofstream{file, std::ios::binary} << message;
  run({"deliver", std::string{user}, file});
}

void MailSystem::append_maildir(std::string_view user, const fs::path& maildir) {
  run({"append-maildir", std::string{user}, maildir});
}

std::string MailSystem::doveadm(const std::vector<std::string>& arguments) {
  std::vector<std::string> command{"doveadm"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run(command);
}

}  // namespace dhii::tests
