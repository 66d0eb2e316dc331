// testdata/NAME.eml beside NAME.json: everything that the module says about a message, for people to review.
// `make golden` (DHII_UPDATE_GOLDEN=1) rewrites the expected files.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "mime/message.hpp"

namespace dhii::mime {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

std::string read(const fs::path& p) {
  std::ifstream in(p, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

json::string text(std::string_view s) { return json::string(s.data(), s.size()); }

json::array strings(const std::vector<std::string>& list) {
  json::array out;
  for (const std::string& s : list) out.push_back(text(s));
  return out;
}

json::array people(const std::vector<Address>& list) {
  json::array out;
  for (const Address& a : list) out.push_back(json::array{text(a.name), text(a.email)});
  return out;
}

json::object structure(const Part& p, std::string_view raw) {
  json::object o{{"type", text(p.type)}};
  const auto put = [&](const char* name, const std::string& value) {
    if (!value.empty()) o[name] = text(value);
  };
  put("part_id", p.part_id);
  put("name", p.name);
  put("charset", p.charset);
  put("disposition", p.disposition);
  put("cid", p.cid);
  if (!p.part_id.empty()) {
    o["size"] = p.size;
    if (p.type.starts_with("text/")) {
      const BodyValue v = body_value(raw, p.part_id).value();
      o["value"] = text(v.value);
      if (v.is_encoding_problem) o["is_encoding_problem"] = true;
    }
  }
  json::array parts;
  for (const Part& child : p.parts) parts.push_back(structure(child, raw));
  if (!parts.empty()) o["parts"] = std::move(parts);
  return o;
}

json::object envelope(const Envelope& e) {
  json::object o{{"subject", text(e.subject)}, {"from", people(e.from)}};
  const std::pair<const char*, const std::vector<Address>*> lists[] = {
      {"sender", &e.sender}, {"to", &e.to}, {"cc", &e.cc}, {"bcc", &e.bcc}, {"reply_to", &e.reply_to}};
  for (const auto& [name, list] : lists) {
    if (!list->empty()) o[name] = people(*list);
  }
  o["message_ids"] = strings(e.message_ids);
  if (!e.in_reply_to.empty()) o["in_reply_to"] = strings(e.in_reply_to);
  if (!e.references.empty()) o["references"] = strings(e.references);
  if (e.sent_at) o["sent_at"] = text(e.sent_at->rfc3339());
  if (!e.list_id.empty()) o["list_id"] = text(e.list_id);
  return o;
}

json::object describe_message(const std::string& raw) {
  const Parsed p = parse(raw).value();
  const Digest d = digest(raw).value();
  json::array defects;
  for (const Defect defect : p.defects) defects.push_back(text(defect_name(defect)));
  return {{"envelope", envelope(p.envelope)},
          {"structure", structure(p.root, raw)},
          {"text_body", strings(p.text_body)},
          {"html_body", strings(p.html_body)},
          {"attachments", strings(p.attachments)},
          {"has_attachment", p.has_attachment},
          {"preview", text(p.preview)},
          {"search_body", text(d.search.body)},
          {"search_attachment_names", text(d.search.attachment_names)},
          {"thread",
           {{"base_subject", text(d.thread.base_subject)},
            {"is_reply", d.thread.is_reply},
            {"references", strings(d.thread.references)}}},
          {"defects", std::move(defects)}};
}

// One member a line, so that a review sees what changed.
void print(std::string& out, const json::value& v, std::size_t indent) {
  const bool is_flat = !v.is_object() && (!v.is_array() || v.get_array().empty() || !v.get_array()[0].is_object());
  if (is_flat) {
    out += json::serialize(v);
    return;
  }
  const std::string pad(indent + 2, ' ');
  std::size_t left = v.is_object() ? v.get_object().size() : v.get_array().size();
  out += v.is_object() ? "{\n" : "[\n";
  const auto close_item = [&] { out += --left > 0 ? ",\n" : "\n"; };
  if (v.is_object()) {
    for (const auto& [key, value] : v.get_object()) {
      out += pad + json::serialize(json::value(key)) + ": ";
      print(out, value, indent + 2);
      close_item();
    }
  } else {
    for (const json::value& value : v.get_array()) {
      out += pad;
      print(out, value, indent + 2);
      close_item();
    }
  }
  out += std::string(indent, ' ') + (v.is_object() ? "}" : "]");
}

class MimeGolden : public testing::TestWithParam<std::string> {};

TEST_P(MimeGolden, MessageIsReadAsExpected) {
  const fs::path eml = fs::path(DHII_TEST_DATA) / (GetParam() + ".eml");
  fs::path expected = eml;
  expected.replace_extension(".json");
  std::string actual;
  print(actual, describe_message(read(eml)), 0);
  actual += '\n';
  if (std::getenv("DHII_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(expected, std::ios::binary) << actual;
    return;
  }
  EXPECT_EQ(actual, read(expected)) << "run `make golden` and review the difference";
}

std::vector<std::string> names() {
  std::vector<std::string> out;
  for (const auto& e : fs::directory_iterator(DHII_TEST_DATA)) {
    if (e.path().extension() == ".eml") out.push_back(e.path().stem());
  }
  std::ranges::sort(out);
  return out;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string out = info.param;
  std::ranges::replace(out, '-', '_');
  return out;
}
INSTANTIATE_TEST_SUITE_P(, MimeGolden, testing::ValuesIn(names()), test_name);

}  // namespace
}  // namespace dhii::mime
