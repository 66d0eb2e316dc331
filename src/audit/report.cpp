#include "audit/report.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/bytes.hpp"

namespace dhii::audit {

namespace json = boost::json;
std::string render_sarif(const Report& report);
std::string render_html(const Report& report);
std::string render_junit(const Report& report);

namespace {

std::string indented(std::string_view text, std::string_view margin) {
  std::string out(margin);
  for (const char c : text) {
    if (c == '\r') continue;
    // Control characters would move the reader's terminal.
    if (c == '\n')
      out += "\n" + std::string(margin);
    else
      out += (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F ? '?' : c;
  }
  return out + "\n";
}

std::string row(const EndpointResult& e) {
  const auto failed = e.failures();
  return fmt::format("{:>5}  {:<8}  {:>4}  {:<7}{}\n", e.score(), e.secure() ? "secure" : "INSECURE", e.requests(),
                     e.method, failed.empty() ? e.path : e.path + "   (" + std::to_string(failed.size()) + " failed)");
}

std::string failures_of(const EndpointResult& e) {
  std::string out;
  for (const Outcome* o : e.failures()) {
    out += fmt::format("\n{} {}: {} [{}, {}]\n  It should be that it {}.\n  {}\n", e.method, e.path, o->probe->id,
                       severity_name(o->probe->severity), o->probe->owasp, o->probe->title, o->why);
    out += "  sent:\n" + indented(o->sent, "    | ") + "  came back:\n" + indented(o->received, "    | ");
  }
  return out;
}

std::string render_table(const Report& r) {
  std::string out = "dhii-mail audit of " + r.target + ", " + r.started + "\n\nSCORE  RESULT    SENT  ENDPOINT\n";
  for (const auto& e : r.endpoints) out += row(e);
  if (!r.server.outcomes.empty()) out += row(r.server);
  for (const auto& e : r.endpoints) out += failures_of(e);
  out += failures_of(r.server);
  if (!r.not_tried.empty()) {
    out += fmt::format("\nNot tried ({}):\n", r.not_tried.size());
    for (const auto& text : r.not_tried) out += "  " + text + "\n";
  }
  out += fmt::format(
      "\nTotal Endpoints: {}\nSecure Endpoints: {} ({}%)\nSecurity Score: {:.0f}/100 average, {} lowest\n{} requests "
      "in {:.1f} s\n",
      r.endpoints.size(), r.secure_endpoints(),
      r.endpoints.empty() ? 0 : 100 * r.secure_endpoints() / r.endpoints.size(), r.average(), r.lowest(), r.requests,
      static_cast<double>(r.took.count()) / 1'000);
  return out;
}

json::object to_json(const Outcome& o) {
  json::object out{{"probe", o.probe->id},    {"title", o.probe->title}, {"severity", severity_name(o.probe->severity)},
                   {"owasp", o.probe->owasp}, {"requests", o.requests},  {"passed", o.passed}};
  if (!o.note.empty()) {
    out["tried"] = false;
    out["note"] = o.note;
  }
  if (!o.passed) {
    out["why"] = to_valid_utf8(o.why);
    out["sent"] = to_valid_utf8(o.sent);
    out["received"] = to_valid_utf8(o.received);
  }
  return out;
}

json::object to_json(const EndpointResult& e, bool all) {
  json::array outcomes;
  for (const Outcome& o : e.outcomes)
    if (all || !o.passed) outcomes.push_back(to_json(o));
  return {{"method", e.method},          {"path", e.path},
          {"operation", e.operation},    {"score", e.score()},
          {"secure", e.secure()},        {"requests", e.requests()},
          {"probes", e.outcomes.size()}, {"outcomes", std::move(outcomes)}};
}

json::object to_json(const Report& r, bool all) {
  json::array endpoints, not_tried;
  for (const auto& e : r.endpoints) endpoints.push_back(to_json(e, all));
  for (const auto& text : r.not_tried) not_tried.push_back(json::string(text));
  return {{"target", r.target},
          {"version", r.version},
          {"started", r.started},
          {"took_ms", r.took.count()},
          {"requests", r.requests},
          {"total_endpoints", r.endpoints.size()},
          {"secure_endpoints", r.secure_endpoints()},
          {"average_score", r.average()},
          {"lowest_score", r.lowest()},
          {"endpoints", std::move(endpoints)},
          {"server", to_json(r.server, all)},
          {"not_tried", std::move(not_tried)}};
}

}  // namespace

std::optional<Format> parse_format(std::string_view name) {
  if (name == "table") return Format::kTable;
  if (name == "json") return Format::kJson;
  if (name == "sarif") return Format::kSarif;
  if (name == "html") return Format::kHtml;
  if (name == "junit") return Format::kJunit;
  return std::nullopt;
}

std::string render(const Report& report, Format format) {
  switch (format) {
    case Format::kTable:
      return render_table(report);
    case Format::kJson:
      return json::serialize(to_json(report, true)) + "\n";
    case Format::kSarif:
      return render_sarif(report);
    case Format::kHtml:
      return render_html(report);
    case Format::kJunit:
      return render_junit(report);
  }
  return {};
}

std::string summary_line(const Report& r) {
  return fmt::format("{} endpoints, {} secure, {:.0f}/100 average", r.endpoints.size(), r.secure_endpoints(),
                     r.average());
}

std::string stored_json(const Report& report) { return json::serialize(to_json(report, false)); }

}  // namespace dhii::audit
