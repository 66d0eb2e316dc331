// SARIF, JUnit and HTML.
#include <fmt/format.h>
#include <boost/json.hpp>

#include "audit/report.hpp"
#include "base/bytes.hpp"

namespace dhii::audit {

namespace json = boost::json;
std::string render_sarif(const Report& report);
std::string render_html(const Report& report);
std::string render_junit(const Report& report);

namespace {

// For HTML and XML alike; what neither may hold becomes a question mark.
std::string escaped(std::string_view text) {
  const std::string valid = to_valid_utf8(text);
  std::string out;
  for (const char c : valid) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? '?' : c;
    }
  }
  return out;
}

std::string_view sarif_level(Severity severity) {
  return severity >= Severity::kHigh ? "error" : severity == Severity::kMedium ? "warning" : "note";
}

template <class F>
void each_result(const Report& report, const F& f) {
  for (const auto& e : report.endpoints) f(e);
  if (!report.server.outcomes.empty()) f(report.server);
}

}  // namespace

// SARIF 2.1.0 (OASIS): a rule for each probe, a result for each failure. The place is the endpoint in the contract.
std::string render_sarif(const Report& report) {
  json::array rules, results;
  for (const Probe& p : all_probes()) {
    rules.push_back(json::object{{"id", p.id},
                                 {"shortDescription", {{"text", p.title}}},
                                 {"defaultConfiguration", {{"level", sarif_level(p.severity)}}},
                                 {"properties", {{"severity", severity_name(p.severity)}, {"owasp", p.owasp}}}});
  }
  each_result(report, [&](const EndpointResult& e) {
    for (const Outcome* o : e.failures()) {
      results.push_back(json::object{
          {"ruleId", o->probe->id},
          {"level", sarif_level(o->probe->severity)},
          {"message", {{"text", to_valid_utf8(e.method + " " + e.path + ": " + o->why)}}},
          {"locations", json::array{json::object{
                            {"physicalLocation",
                             {{"artifactLocation", {{"uri", "api/openapi.yaml"}}}, {"region", {{"startLine", 1}}}}},
                            {"logicalLocations",
                             json::array{json::object{{"name", e.method + " " + e.path}, {"kind", "resource"}}}}}}},
          {"properties", {{"sent", to_valid_utf8(o->sent)}, {"received", to_valid_utf8(o->received)}}}});
    }
  });
  const json::object out{
      {"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
      {"version", "2.1.0"},
      {"runs",
       json::array{json::object{
           {"tool",
            {{"driver", {{"name", "dhii-mail audit"}, {"version", report.version}, {"rules", std::move(rules)}}}}},
           {"results", std::move(results)}}}}};
  return json::serialize(out) + "\n";
}

// One suite for each endpoint, one case for each probe, as CI servers read it.
std::string render_junit(const Report& report) {
  std::string suites;
  std::size_t tests = 0, failures = 0;
  each_result(report, [&](const EndpointResult& e) {
    std::string cases;
    for (const Outcome& o : e.outcomes) {
      cases += fmt::format("    <testcase classname=\"{} {}\" name=\"{}: {}\">", escaped(e.method), escaped(e.path),
                           escaped(o.probe->id), escaped(o.probe->title));
      if (!o.note.empty()) cases += "<skipped message=\"" + escaped(o.note) + "\"/>";
      if (!o.passed) {
        cases += "<failure message=\"" + escaped(o.why) + "\">" +
                 escaped("sent:\n" + o.sent + "\n\ncame back:\n" + o.received) + "</failure>";
        ++failures;
      }
      cases += "</testcase>\n";
      ++tests;
    }
    suites += fmt::format("  <testsuite name=\"{} {}\" tests=\"{}\" failures=\"{}\">\n{}  </testsuite>\n",
                          escaped(e.method), escaped(e.path), e.outcomes.size(), e.failures().size(), cases);
  });
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"dhii-mail audit\" tests=\"{}\" failures=\"{}\" "
      "time=\"{:.3f}\">\n{}</testsuites>\n",
      tests, failures, static_cast<double>(report.took.count()) / 1'000, suites);
}

// One file without scripts and without anything loaded from elsewhere.
std::string render_html(const Report& report) {
  std::string rows, details;
  each_result(report, [&](const EndpointResult& e) {
    rows +=
        fmt::format("<tr class=\"{}\"><td>{}</td><td>{}</td><td><code>{} {}</code></td><td>{}</td><td>{}</td></tr>\n",
                    e.secure() ? "good" : "bad", e.score(), e.secure() ? "secure" : "insecure", escaped(e.method),
                    escaped(e.path), e.outcomes.size(), e.failures().size());
    for (const Outcome* o : e.failures())
      details += fmt::format("<h3>{} {}: {} ({})</h3><p>{}</p><pre>{}</pre><pre>{}</pre>\n", escaped(e.method),
                             escaped(e.path), escaped(o->probe->id), severity_name(o->probe->severity), escaped(o->why),
                             escaped(o->sent), escaped(o->received));
  });
  return fmt::format(
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>dhii-mail audit</title><style>body{{font:15px "
      "system-ui;margin:2rem "
      "auto;max-width:70rem;padding:0 1rem}}table{{border-collapse:collapse;width:100%}}td,th{{border-bottom:1px solid "
      "#8884;padding:.3rem;text-align:left}}.bad "
      "td{{background:#f003}}pre{{background:#8882;padding:.6rem;overflow:auto;white-space:pre-wrap}}"
      "</style><h1>{}</h1><p>{}, {}: {} requests in {:.1f} s. Lowest score: "
      "{}.</p><table><tr><th>Score<th>Result<th>Endpoint<th>Probes"
      "<th>Failed</tr>{}</table>{}</html>\n",
      escaped(summary_line(report)), escaped(report.target), escaped(report.started), report.requests,
      static_cast<double>(report.took.count()) / 1'000, report.lowest(), rows, details);
}

}  // namespace dhii::audit
