// Input in every place that takes some: path, query, headers, body fields. Nothing may answer 5xx (watch.cpp), move a
// parser of another layer, or come back as a header.
#include "audit/probes.hpp"
#include "audit/sample.hpp"

namespace dhii::audit {
namespace {

namespace json = boost::json;

// Text, and a mark that would only be in the answer if somebody had evaluated it.
struct Injection {
  const char* name;
  std::string_view text;
  std::string_view mark;
};
using namespace std::string_view_literals;
constexpr std::array<Injection, 22> kInjections{
    {{"SQL", "' OR '1'='1' --"sv, ""},
     {"SQL stacked", "1; DROP TABLE users; --"sv, ""},
     {"SQL union", "' UNION SELECT 31337*3,sqlite_version() --"sv, "94011"},
     {"FTS query", "\"unbalanced NEAR( * ^ AND OR"sv, ""},
     {"NoSQL", "{\"$gt\":\"\"}"sv, ""},
     {"template", "{{31337*3}}${31337*3}<%= 31337*3 %>#{31337*3}"sv, "94011"},
     {"JNDI", "${jndi:ldap://127.0.0.1:1/a}"sv, ""},
     {"shell", "$(id);`id`|id&id"sv, "uid="},
     {"LDAP", "*)(uid=*))(|(uid=*"sv, ""},
     {"XPath", "' or count(//*)=31337 or '"sv, ""},
     {"IMAP", "x\r\nA1 LOGOUT\r\n"sv, "BYE"},
     {"IMAP literal", "{100}\r\nx"sv, ""},
     {"SMTP", "x\r\n.\r\nMAIL FROM:<a@example.org>\r\n"sv, "250 "},
     {"mail header", "x\r\nBcc: victim@example.org"sv, ""},
     {"format string", "%n%s%x%p"sv, "0x7"},
     {"NUL", "a\0b"sv, ""},
     {"right-to-left",
      "\xe2\x80\xae"
      "gpj.exe"sv,
      ""},
     {"terminal", "\x1b[2J\x1b]0;x\x07"sv, ""},
     {"script", "<script>alert(31337)</script>"sv, ""},
     {"huge number", "99999999999999999999999999"sv, ""},
     {"negative", "-1"sv, ""},
     {"CSV", "=cmd|' /C calc'!A0"sv, ""}}};
constexpr std::array<std::string_view, 12> kTraversals{"..%2f..%2f..%2fetc%2fpasswd",
                                                       "..%5c..%5cwindows%5cwin.ini",
                                                       "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
                                                       "....//....//etc/passwd",
                                                       "%252e%252e%252fetc%252fpasswd",
                                                       "..%c0%af..%c0%afetc%c0%afpasswd",
                                                       "%00",
                                                       "a%00.txt",
                                                       "file:%2f%2f%2fetc%2fpasswd",
                                                       "..;%2f..;%2fetc",
                                                       "%e2%80%ae",
                                                       "C:%5cboot.ini"};
constexpr std::string_view kHeaderInjection = "x\r\nX-Audit-Injected: yes\r\nSet-Cookie: audit=1";
constexpr std::size_t kLongBytes = 3'000;  // below the limit of a target
constexpr std::size_t kMaxTexts = 6;       // injections per body field: a body may have twenty fields
constexpr std::size_t kMaxBodies = 80;     // per endpoint

bool moved(const Exchange& x, std::string_view mark) {
  return !mark.empty() && x.status < 400 && x.body.contains(mark) && !x.sent.contains(mark);
}
bool has_injected_header(const Exchange& x) {
  return x.header("X-Audit-Injected") || x.header_or("Set-Cookie").contains("audit=1") || x.failure == "second answer";
}

class Inputs {
 public:
  Inputs(World& world, const Endpoint& endpoint, EndpointResult& result)
      : world_(world),
        endpoint_(endpoint),
        as_(world.rightful(endpoint)),
        injection_(world, result, "input.injection"),
        header_(world, result, "input.header_injection"),
        traversal_(world, result, "input.traversal") {}

  void all() {
    for (const Parameter& p : endpoint_.parameters) parameter(p);
    if (endpoint_.takes_json()) body();
    headers();
    path();
  }

 private:
  void check(Call call, const Injection& injection, const std::string& where) {
    const Exchange x = world_.send(std::move(call), as_);
    injection_.expect(answered(x) && !moved(x, injection.mark), x,
                      std::string(injection.name) + " injection in " + where + " must have no effect");
    header_.expect(!has_injected_header(x), x, "input in " + where + " came back as a header");
  }
  // No answer is a crash or a hang; a 400 that closes is one.
  static bool answered(const Exchange& x) { return x.status != 0; }

  void parameter(const Parameter& p) {
    const std::string where = (p.in == Parameter::In::kPath ? "the path parameter " : "the parameter ") + p.name;
    if (p.in == Parameter::In::kHeader) {
      for (const Injection& i : kInjections)
        if (i.text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos)
          check(world_.with_parameter(endpoint_, p, i.text), i, where);
      return;
    }
    for (const Injection& i : kInjections) check(world_.with_parameter(endpoint_, p, percent_encode(i.text)), i, where);
    check(world_.with_parameter(endpoint_, p, percent_encode(kHeaderInjection)), {"header", kHeaderInjection, ""},
          where);
    check(world_.with_parameter(endpoint_, p, std::string(kLongBytes, 'A')), {"long text", "", ""}, where);
    for (const std::string_view text : kTraversals) {
      const Exchange x = world_.send(world_.with_parameter(endpoint_, p, text), as_);
      traversal_.expect(answered(x) && !x.body.contains("root:x:0") && !x.body.contains("[fonts]"), x,
                        "a file outside was shown for " + std::string(text) + " in " + where);
      if (p.in == Parameter::In::kPath && p.name != "name")
        traversal_.expect(x.status >= 400, x, "a refusal expected for " + std::string(text) + " in " + where);
    }
  }

  void body() {
    std::size_t sent = 0, number = 0;
    for (const Injection& i : kInjections) {
      // Every field meets some of the texts, every text some of the fields.
      std::size_t field = 0;
      for (const WrongBody& wrong : with_text_everywhere(endpoint_.body_schema, i.text)) {
        if ((field++ + number) % std::max<std::size_t>(1, kInjections.size() / kMaxTexts) != 0 || sent >= kMaxBodies)
          continue;
        ++sent;
        Call call = world_.well_formed(endpoint_);
        call.body = wrong.body;
        check(std::move(call), i, "the field " + wrong.pointer);
      }
      ++number;
    }
  }

  void headers() {
    const auto with = [&](const char* name, std::string value) {
      Call call = world_.well_formed(endpoint_);
      if (call.method != "GET")
        call.body = call.body ? std::optional<std::string>("{") : std::nullopt;  // never carried out
      call.headers.emplace_back(name, std::move(value));
      return call;
    };
    const Injection sql{"SQL", "", ""};
    for (const char* name :
         {"User-Agent", "Referer", "X-Forwarded-For", "Accept-Language", "If-None-Match", "Idempotency-Key", "Range"})
      check(with(name, "' OR '1'='1' -- ${jndi:ldap://127.0.0.1:1/a} {{31337*3}}"), sql,
            std::string("the header ") + name);
    Call host = with("Host", "evil.example.org");
    const Exchange x = world_.send(std::move(host), as_);
    header_.expect(!x.body.contains("evil.example.org") && !x.header_or("Location").contains("evil.example.org"), x,
                   "a foreign Host must not become a link");
  }

  void path() {
    for (const std::string_view suffix : {"/../../../../etc/passwd", "/..%2f..%2f..%2fetc%2fpasswd", "//etc/passwd",
                                          "/.git/config", "%00", ";/admin", "/..;/admin"}) {
      Call call = world_.well_formed(endpoint_);
      call.target = call.target.substr(0, call.target.find('?')) + std::string(suffix);
      const Exchange x = world_.send(std::move(call), as_);
      traversal_.expect(x.status >= 400 && x.status < 500, x,
                        "a refusal expected for the path with " + std::string(suffix));
    }
  }

  World& world_;
  const Endpoint& endpoint_;
  Actor as_;
  Trial injection_, header_, traversal_;
};

}  // namespace

void probe_input(World& world, const Endpoint& endpoint, EndpointResult& result) {
  if (endpoint.streams) {  // each good answer would hold a connection: parameters only
    Trial trial(world, result, "input.injection");
    for (const Parameter& p : endpoint.parameters) {
      const Exchange x =
          world.send(world.with_parameter(endpoint, p, percent_encode("' OR '1'='1")), world.rightful(endpoint));
      trial.expect(x.status != 0, x, "an answer expected");
    }
    return;
  }
  Inputs(world, endpoint, result).all();
}

}  // namespace dhii::audit
