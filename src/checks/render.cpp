#include "checks/render.hpp"

#include <fmt/chrono.h>

#include <array>
#include <boost/json.hpp>
#include <map>

#include "base/bytes.hpp"

namespace dhii::checks {
namespace {

namespace json = boost::json;

// XML 1.0 has no way to write most control characters, not even as references.
std::string xml(std::string_view text) {
  std::string out;
  for (const char c : to_valid_utf8(text)) {
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
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

std::string markdown_cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '\\' || c == '`' || c == '<' || c == '*') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out;
}

std::string table(const Report& report) {
  std::string out, box;
  for (const auto& check : report.checks) {
    if (check.box != box) {
      box = check.box;
      out += (out.empty() ? "" : "\n") + box + "\n";
    }
    const bool bad = check.status == Status::kFail || check.status == Status::kWarn;
    out += fmt::format("  {:4}  {:30} {}\n", check.status == Status::kFail ? "FAIL" : status_name(check.status),
                       check.id, check.title);
    if (!check.evidence.empty() && (bad || check.status == Status::kSkip))
      out += "        " + log_escape(check.evidence, 2000) + "\n";
    if (bad && !check.mend.empty()) out += "        -> " + log_escape(check.mend, 2000) + "\n";
  }
  return out + "\n" + summary(report) + "\n";
}

std::string markdown(const Report& report) {
  std::string out = fmt::format("# {} of {}\n\n{}, dhii-mail {}. {}.\n",
                                report.kind == "check_pre" ? "Pre-deployment check" : "Post-deployment check",
                                markdown_cell(report.target), iso_time(report.at), report.version, summary(report));
  std::string box;
  for (const auto& check : report.checks) {
    if (check.box != box) {
      box = check.box;
      out += "\n## " + box + "\n\n| result | check | evidence | what to do |\n|---|---|---|---|\n";
    }
    out += fmt::format("| {} | {} | {} | {} |\n", status_name(check.status), markdown_cell(check.title),
                       markdown_cell(check.evidence), markdown_cell(check.mend));
  }
  return out;
}

std::string junit(const Report& report) {
  std::map<std::string, std::vector<const Check*>> suites;
  for (const auto& check : report.checks) suites[check.box].push_back(&check);
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"dhii-mail {}\" tests=\"{}\" failures=\"{}\" "
      "skipped=\"{}\">\n",
      report.kind, report.checks.size(), report.count(Status::kFail), report.count(Status::kSkip));
  for (const auto& [box, list] : suites) {
    const auto count = [&](Status s) { return std::ranges::count(list, s, [](const Check* c) { return c->status; }); };
    out += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\" timestamp=\"{}\">\n",
                       xml(box), list.size(), count(Status::kFail), count(Status::kSkip), iso_time(report.at));
    for (const Check* check : list) {
      out += fmt::format("    <testcase classname=\"{}\" name=\"{}\">", xml(check->id), xml(check->title));
      const std::string text = xml(check->evidence + (check->mend.empty() ? "" : " -> " + check->mend));
      if (check->status == Status::kFail)
        out += fmt::format("<failure type=\"{}\" message=\"{}\"/>", weight_name(check->weight), text);
      if (check->status == Status::kSkip) out += fmt::format("<skipped message=\"{}\"/>", text);
      if (check->status == Status::kWarn || check->status == Status::kPass)
        out += "<system-out>" + text + "</system-out>";
      out += "</testcase>\n";
    }
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

// SARIF 2.1.0 §3.27: one result for each check; what passed has kind "pass" and level "none".
std::string sarif(const Report& report) {
  json::array rules, results;
  for (const auto& check : report.checks) {
    rules.push_back({{"id", check.id},
                     {"shortDescription", {{"text", check.title}}},
                     {"fullDescription", {{"text", check.box}}},
                     {"properties", {{"weight", weight_name(check.weight)}}}});
    const bool must = check.weight == Weight::kMust;
    json::object result{{"ruleId", check.id}, {"ruleIndex", results.size()}};
    result["kind"] = check.status == Status::kPass ? "pass" : check.status == Status::kSkip ? "notApplicable" : "fail";
    result["level"] = check.status == Status::kFail   ? (must ? "error" : "warning")
                      : check.status == Status::kWarn ? "warning"
                                                      : "none";
    result["message"] = {{"text", check.evidence + (check.mend.empty() ? "" : " -> " + check.mend)}};
    result["locations"] =
        json::array{{{"logicalLocations",
                      json::array{{{"name", check.box}, {"fullyQualifiedName", report.target + " / " + check.box}}}}}};
    results.push_back(std::move(result));
  }
  const json::object run{
      {"tool", {{"driver", {{"name", "dhii-mail " + report.kind}, {"version", report.version}, {"rules", rules}}}}},
      {"invocations", json::array{{{"executionSuccessful", true}, {"endTimeUtc", iso_time(report.at)}}}},
      {"results", results}};
  return json::serialize(json::object{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                                      {"version", "2.1.0"},
                                      {"runs", json::array{run}}}) +
         "\n";
}

}  // namespace

std::string iso_time(Timestamp at) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(at))));
}

std::optional<Format> parse_format(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames{"table", "json", "markdown", "junit", "sarif"};
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Format>(found - kNames.begin());
}

std::string summary(const Report& report) {
  return fmt::format("{} passed, {} failed, {} warnings, {} skipped; score {}", report.count(Status::kPass),
                     report.count(Status::kFail), report.count(Status::kWarn), report.count(Status::kSkip),
                     report.score());
}

json::object to_json(const Report& report) {
  json::array list;
  for (const auto& c : report.checks)
    list.push_back({{"id", c.id},
                    {"box", c.box},
                    {"title", c.title},
                    {"weight", weight_name(c.weight)},
                    {"status", status_name(c.status)},
                    {"evidence", to_valid_utf8(c.evidence)},
                    {"mend", to_valid_utf8(c.mend)}});
  return {{"kind", report.kind},
          {"at", iso_time(report.at)},
          {"version", report.version},
          {"target", report.target},
          {"ok", report.ok()},
          {"score", report.score()},
          {"passed", report.count(Status::kPass)},
          {"failed", report.count(Status::kFail)},
          {"warnings", report.count(Status::kWarn)},
          {"skipped", report.count(Status::kSkip)},
          {"checks", std::move(list)}};
}

std::string render(const Report& report, Format format) {
  switch (format) {
    case Format::kTable:
      return table(report);
    case Format::kJson:
      return json::serialize(to_json(report)) + "\n";
    case Format::kMarkdown:
      return markdown(report);
    case Format::kJunit:
      return junit(report);
    case Format::kSarif:
      return sarif(report);
  }
  return {};
}

}  // namespace dhii::checks
