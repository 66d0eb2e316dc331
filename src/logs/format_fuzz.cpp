// Texts from strangers in every format of a log line (THREATS.md, EmailEngine: what is logged must not run where logs
// are read): one line each, no control character but the format's own, JSON that reads back, nothing that ends a field.
#include <boost/json.hpp>
#include <cstdlib>

#include "base/bytes.hpp"
#include "logs/cef.hpp"
#include "logs/ecs.hpp"
#include "logs/leef.hpp"
#include "logs/output.hpp"
#include "logs/syslog_message.hpp"

namespace {

using namespace dhii;  // NOLINT(google-build-using-namespace): a fuzz target's own file
namespace json = boost::json;

void require(bool ok) {
  if (!ok) std::abort();
}

// C0 (but those in `allowed`), DEL and C1: what a terminal obeys.
void require_no_controls(std::string_view text, std::string_view allowed = "") {
  require(is_valid_utf8(text));
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    require((c >= 0x20 && c != 0x7F) || allowed.find(text[i]) != std::string_view::npos);
    require(c != 0xC2 || static_cast<unsigned char>(text[i + 1]) >= 0xA0);
  }
}

void json_object(std::string_view text) {
  require_no_controls(text);
  json::error_code error;
  const auto parsed = json::parse(text, error);
  require(!error && parsed.is_object());
}

// Unescaped '=' stand only behind the names of the extension's keys.
void cef_line(std::string_view text) {
  require_no_controls(text);
  int pipes = 0;
  for (std::size_t i = 0; i < text.size() && pipes < 7; ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '|')
      ++pipes;
  }
  require(pipes == 7);
}

// A syslog receiver reads the structured data up to the ']' that nothing escapes.
void syslog_line(std::string_view text) {
  require_no_controls(text);
  std::size_t at = 0;
  for (int field = 0; field < 6; ++field) at = text.find(' ', at) + 1;  // version, time, host, name, process, message
  require(text[at] == '[');
  bool quoted = false;
  for (++at; at < text.size() && (quoted || text[at] != ']'); ++at) {
    if (quoted && text[at] == '\\')
      ++at;
    else if (text[at] == '"')
      quoted = !quoted;
  }
  require(text.substr(at) == "] BODY");
}

// systemd's "Native Journal Protocol": each field's name in capitals, nothing left over.
void journal_fields(std::string_view text) {
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    require(line.size() < text.size());
    const auto equals = line.find('=');
    const auto name = line.substr(0, equals);
    require(!name.empty() && name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == std::string_view::npos);
    text.remove_prefix(line.size() + 1);
    if (equals != std::string_view::npos) continue;
    std::uint64_t length = 0;
    require(text.size() >= 8);
    for (std::size_t i = 8; i-- > 0;) length = length << 8U | static_cast<std::uint8_t>(text[i]);
    require(text.size() > 8 + length && text[8 + length] == '\n');
    text.remove_prefix(8 + length + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::string half = text.substr(text.size() / 2);
  const auto rows = event::catalogue();
  logs::Record record;
  record.level = static_cast<logs::Level>(data[0] % 7);
  record.message = text;
  logs::Origin origin{.host = half.substr(0, 300), .version = "1.0", .pid = 1};
  json_object(logs::ecs_json(record, origin));
  require_no_controls(logs::text_line(record, logs::Color::kNo), "\n");
  journal_fields(logs::journal_entry(record, origin));

  event::Event event{.kind = rows[data[1] % rows.size()].kind};
  event.actor = text;
  event.address = half;
  event.object = text;
  event.detail = half;
  event.request_id = text;
  record.event = event;
  record.message = event::sentence(event);
  json_object(logs::ecs_json(record, origin));
  json_object(logs::hec_json(record, origin));
  journal_fields(logs::journal_entry(record, origin));
  cef_line(logs::cef(record, origin));
  require_no_controls(logs::leef(record, origin), "\t");
  syslog_line(logs::syslog_message(record, origin, "BODY"));
  require_no_controls(logs::text_line(record, logs::Color::kNo), "\n");
  return 0;
}
