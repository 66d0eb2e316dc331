// Requests made at random from the contract, sent through the whole chain: no answer may be a 5xx or break the
// contract. A few seconds here; DHII_CONTRACT_FUZZ_SECONDS=600 for long, DHII_CONTRACT_FUZZ_SEED to see one again.
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <random>

#include "api/mail_fixture.hpp"

namespace dhii::api {
namespace {

class Maker {
 public:
  Maker(std::uint64_t seed, const json::value& contract) : random_(seed), contract_(contract) {}

  std::size_t below(std::size_t n) {
    return n == 0 ? 0 : std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
  }
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }

  const json::object& resolve(const json::value& value) const {
    const auto* reference = value.as_object().if_contains("$ref");
    if (reference == nullptr) return value.as_object();
    json::error_code error;
    return resolve(*contract_.find_pointer(std::string(reference->as_string()).substr(1), error));
  }

  // Mostly what the schema asks for, sometimes anything.
  json::value value(const json::value& described, int depth = 0) {
    if (depth > 5 || chance(6)) return anything(depth);
    const json::object& schema = resolve(described);
    if (const auto* allowed = schema.if_contains("enum"); allowed != nullptr && chance(90))
      return allowed->as_array()[below(allowed->as_array().size())];
    for (const char* word : {"oneOf", "anyOf"}) {
      const auto* list = schema.if_contains(word);
      if (list != nullptr && !schema.contains("properties"))
        return value(list->as_array()[below(list->as_array().size())], depth + 1);
    }
    const auto* type = schema.if_contains("type");
    const std::string name = type == nullptr || !type->is_string() ? "string" : std::string(type->as_string());
    if (name == "object") return object(schema, depth);
    if (name == "array") return array(schema, depth);
    if (name == "integer" || name == "number") return number(schema);
    if (name == "boolean") return chance(50);
    if (name == "null") return nullptr;
    return json::value(json::string(text(schema)));
  }

  std::string text(const json::object& schema) {
    const auto* pattern = schema.if_contains("pattern");
    const std::string form = pattern == nullptr ? "" : std::string(pattern->as_string());
    if (form.size() > 6 && form[0] == '^' && form.substr(2, 5) == "[1-9]" && chance(90))
      return form.substr(1, 1) + std::to_string(1 + below(6));
    if (const auto* examples = schema.if_contains("examples"); examples != nullptr && chance(50))
      return std::string(examples->as_array()[0].as_string());
    const auto* format = schema.if_contains("format");
    if (format != nullptr && chance(85)) {
      if (*format == "email") return chance(50) ? "ada@example.org" : "x" + std::to_string(below(9)) + "@example.net";
      if (*format == "date-time")
        return chance(80) ? "2026-02-0" + std::to_string(1 + below(9)) + "T10:00:00Z" : "2026-02-31T23:59:60.5+23:59";
      if (*format == "uri") return "https://192.0.2." + std::to_string(below(256)) + "/x";
    }
    return hostile();
  }

  std::string hostile() {
    static const std::vector<std::string> kTexts{"",
                                                 "a",
                                                 "1",
                                                 "0",
                                                 "-1",
                                                 "x' OR '1'='1",
                                                 "\";DROP TABLE email;--",
                                                 "../../etc/passwd",
                                                 "%00",
                                                 "a\r\nX: y",
                                                 std::string("\0x", 2),
                                                 "\xe2\x80\xae",
                                                 "{{7*7}}",
                                                 "${jndi:ldap:x}",
                                                 "1e400",
                                                 "null",
                                                 "true",
                                                 "A001 LOGOUT\r\n",
                                                 "\xf0\x9f\x98\x80",
                                                 "from:ada has:attachment",
                                                 "((((",
                                                 "\"unclosed",
                                                 "in:nowhere -",
                                                 "*:*",
                                                 "YQ==",
                                                 "b0123",
                                                 "@",
                                                 "a@b",
                                                 "<script>",
                                                 std::string(300, 'A'),
                                                 std::string(5000, 'b'),
                                                 "9223372036854775808",
                                                 "e1",
                                                 "m1"};
    return kTexts[below(kTexts.size())];
  }

 private:
  json::value anything(int depth) {
    switch (below(9)) {
      case 0:
        return nullptr;
      case 1:
        return chance(50);
      case 2:
        return std::int64_t{-1} << below(63);
      case 3:
        return 1e308 * (chance(50) ? 1 : -1);
      case 4:
        return depth > 3 ? json::value(1) : json::value(json::array{anything(depth + 1), anything(depth + 1)});
      case 5:
        return depth > 3 ? json::value("x") : json::value(json::object{{hostile(), anything(depth + 1)}});
      case 6:
        return std::uint64_t{18446744073709551615U};
      default:
        return json::value(json::string(hostile()));
    }
  }
  json::value object(const json::object& schema, int depth) {
    json::object out;
    const auto* properties = schema.if_contains("properties");
    const auto* required = schema.if_contains("required");
    if (properties != nullptr) {
      for (const auto& item : properties->as_object()) {
        const bool must = required != nullptr && std::ranges::find(required->as_array(), json::value(item.key())) !=
                                                     required->as_array().end();
        if (chance(must ? 97 : 40)) out[item.key()] = value(item.value(), depth + 1);
      }
    }
    if (chance(4)) out[hostile()] = anything(depth);
    return out;
  }
  json::value array(const json::object& schema, int depth) {
    json::array out;
    const auto* items = schema.if_contains("items");
    for (std::size_t n = below(4); n > 0; --n)
      out.push_back(items == nullptr ? anything(depth) : value(*items, depth + 1));
    return out;
  }
  json::value number(const json::object& schema) {
    if (chance(10)) return std::int64_t{1} << below(63);
    const auto* minimum = schema.if_contains("minimum");
    return (minimum == nullptr ? 0 : minimum->to_number<std::int64_t>()) + static_cast<std::int64_t>(below(100));
  }

  std::mt19937_64 random_;
  const json::value& contract_;
};

constexpr int kAfresh = 5'000;  // requests: what they make must not grow without end

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    constexpr char kHex[] = "0123456789ABCDEF";
    const auto u = static_cast<unsigned char>(c);
    if (std::isalnum(u) || c == '-' || c == '_' || c == '.')
      out += c;
    else
      (out += '%') += {kHex[u >> 4U], kHex[u & 15U]};
  }
  return out;
}

std::string plain_text(const json::value& v) { return v.is_string() ? std::string(v.as_string()) : json::serialize(v); }

struct ContractFuzz : MailFixture {
  struct Made {
    std::string method, target, body;
    Extra headers;
  };
  // Ada (administrator) and Bob with some mail; one who ended their sessions gets new ones by starting afresh.
  void start_afresh() {
    TearDown();
    router = http::Router();
    accounts.owners.clear();
    exports.rows.clear();
    events.heard.clear();
    SetUp();
    seed_mail();
  }
  void seed_mail() {
    mail->kind = store::AccountKind::kImap;
    make_mailbox("Drafts", store::Role::kDrafts);
    make_mailbox("Sent", store::Role::kSent);
    make_mailbox("Trash", store::Role::kTrash);
    for (int n = 1; n <= 4; ++n)
      add_numbered(n, n % 2 == 0 ? inbox : archive,
                   n == 1 ? std::vector<std::string>{"$seen"} : std::vector<std::string>{});
    send_json("POST", "/api/v1/identities", {{"email", "bob@example.org"}}, bob);
    send_json("POST", "/api/v1/accounts/sample", json::object(), bob);
  }
  Made make(Maker& maker, const std::string& path, const std::string& method, const json::object& described) {
    Made out{method, path, "", {}};
    std::string query;
    if (const auto* list = described.if_contains("parameters")) {
      for (const auto& each : list->as_array()) {
        const json::object& p = maker.resolve(each);
        const std::string name(p.at("name").as_string());
        std::string text = plain_text(maker.value(p.at("schema")));
        // Real messages, now and then: their ids are times.
        if (name == "id" && path.starts_with("/api/v1/messages/") && maker.chance(60))
          text = "e" + std::to_string((1767225600 + 1 + static_cast<std::int64_t>(maker.below(4))) * 4);
        if (p.at("in") == "path") {
          const std::string hole = "{" + name + "}";
          if (const auto at = out.target.find(hole); at != std::string::npos)
            out.target.replace(at, hole.size(), escaped(text.empty() ? "x" : text.substr(0, 300)));
        } else if (p.at("in") == "query" && maker.chance(45)) {
          query += (query.empty() ? "?" : "&") + name + "=" + escaped(text.substr(0, 300));
        } else if (p.at("in") == "header" && maker.chance(30)) {
          out.headers.emplace_back(name, text.substr(0, 300));
        }
      }
    }
    if (maker.chance(3)) query += (query.empty() ? "?" : "&") + escaped(maker.hostile().substr(0, 300)) + "=1";
    out.target += query;
    const auto* body = described.if_contains("requestBody");
    const auto* form =
        body == nullptr ? nullptr : maker.resolve(*body).at("content").as_object().if_contains("application/json");
    if (form != nullptr) {
      out.headers.emplace_back("Content-Type", maker.chance(98) ? "application/json" : "text/plain");
      out.body = json::serialize(maker.value(form->at("schema")));
      if (maker.chance(3)) out.body = out.body.substr(0, maker.below(out.body.size()));
    } else if (body != nullptr) {
      out.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
      out.body = "token=" + bob + "&html=" + escaped(maker.hostile());
    }
    return out;
  }
};

TEST_F(ContractFuzz, NoRandomRequestIsAnsweredWith5xx) {
  const char* seconds_text = std::getenv("DHII_CONTRACT_FUZZ_SECONDS");
  const char* seed_text = std::getenv("DHII_CONTRACT_FUZZ_SEED");
  const std::uint64_t seed = seed_text != nullptr ? std::strtoull(seed_text, nullptr, 10) : std::random_device()();
  const auto limit = std::chrono::seconds(seconds_text != nullptr ? std::atoi(seconds_text) : 4);
  RecordProperty("seed", std::to_string(seed));
  std::printf("contract fuzz: seed %llu, %lld s\n", static_cast<unsigned long long>(seed),
              static_cast<long long>(limit.count()));
  const json::value contract = json::parse(Contract::json_text());
  Maker maker(seed, contract);
  std::vector<std::tuple<std::string, std::string, const json::object*>> operations;
  for (const auto& [path, item] : contract.at("paths").as_object()) {
    for (const auto& [method, described] : item.as_object()) {
      const auto id = described.as_object().at("operationId").as_string();
      if (id == "testWebhook") continue;  // would wait for the network
      std::string upper(method);
      for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      operations.emplace_back(std::string(path), upper, &described.as_object());
    }
  }
  seed_mail();
  std::map<int, int> statuses;
  int refused_in_a_row = 0;
  spdlog::default_logger()->set_level(spdlog::level::err);
  const auto end = std::chrono::steady_clock::now() + limit;
  for (int n = 0; std::chrono::steady_clock::now() < end && !HasFailure(); ++n) {
    const auto& [path, method, described] = operations[maker.below(operations.size())];
    Made request = make(maker, path, method, *described);
    const int who = static_cast<int>(maker.below(20));
    if (who < 12) request.headers.emplace_back("Authorization", "Bearer " + bob);
    if (who >= 12 && who < 19) request.headers.emplace_back("Authorization", "Bearer " + ada);
    const Response r = send(request.method, request.target, request.headers, request.body);
    ++statuses[r.status];
    EXPECT_LT(r.status, 500) << "request " << n << " of seed " << seed << ": " << request.method << " "
                             << request.target << "\n"
                             << request.body.substr(0, 2000) << "\n"
                             << r.body;
    if (HasFailure())
      std::printf("%s %s\n%s\n", request.method.c_str(), request.target.c_str(), request.body.substr(0, 2000).c_str());
    refused_in_a_row = r.status == 401 && who < 19 ? refused_in_a_row + 1 : r.status < 300 ? 0 : refused_in_a_row;
    if (refused_in_a_row > 4 || n % kAfresh == kAfresh - 1) {
      start_afresh();
      refused_in_a_row = 0;
    }
  }
  spdlog::default_logger()->set_level(spdlog::level::info);
  for (const auto& [status, count] : statuses) std::printf("  %d: %d\n", status, count);
  EXPECT_GT(statuses[200] + statuses[201] + statuses[204], 20) << "most requests must get past the checks";
}

}  // namespace
}  // namespace dhii::api
