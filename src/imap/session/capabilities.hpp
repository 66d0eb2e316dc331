// What the server said it can do, as questions with names. Pure value.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dhii::imap {

inline constexpr std::size_t kMaxCapabilities = 512;  // the longest seen has about 60

class Capabilities {
 public:
  Capabilities() = default;
  explicit Capabilities(std::span<const std::string> names);

  bool has(std::string_view name) const;  // any case
  bool empty() const { return names_.empty(); }
  const std::vector<std::string>& names() const { return names_; }  // upper case, in the server's order

  bool imap4rev2() const { return has("IMAP4REV2"); }
  bool starttls() const { return has("STARTTLS"); }
  bool login_disabled() const { return has("LOGINDISABLED"); }
  bool auth_plain() const { return has("AUTH=PLAIN"); }
  bool sasl_ir() const { return has("SASL-IR") || imap4rev2(); }
  bool idle() const { return has("IDLE") || imap4rev2(); }
  bool move() const { return has("MOVE") || imap4rev2(); }
  bool uidplus() const { return has("UIDPLUS") || imap4rev2(); }
  bool enable() const { return has("ENABLE") || imap4rev2(); }
  bool qresync() const { return has("QRESYNC"); }
  bool condstore() const { return has("CONDSTORE") || qresync(); }  // RFC 7162: QRESYNC implies CONDSTORE
  bool esearch() const { return has("ESEARCH") || imap4rev2(); }
  bool list_extended() const { return has("LIST-EXTENDED") || imap4rev2(); }
  bool list_status() const { return has("LIST-STATUS") || imap4rev2(); }
  bool special_use() const { return has("SPECIAL-USE") || imap4rev2(); }
  bool namespaces() const { return has("NAMESPACE") || imap4rev2(); }
  bool literal_plus() const { return has("LITERAL+"); }
  bool literal_minus() const { return has("LITERAL-") || imap4rev2(); }
  bool binary() const { return has("BINARY") || imap4rev2(); }
  bool id() const { return has("ID"); }
  bool gmail() const { return has("X-GM-EXT-1"); }
  std::optional<std::uint64_t> append_limit() const { return number_of("APPENDLIMIT="); }  // RFC 7889
  std::optional<std::uint64_t> message_limit() const {
    return number_of("MESSAGELIMIT=");
  }  // RFC 9738: messages one command may name

 private:
  std::optional<std::uint64_t> number_of(std::string_view prefix) const;

  std::vector<std::string> names_;
};

}  // namespace dhii::imap
