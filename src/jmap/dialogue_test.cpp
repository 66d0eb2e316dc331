// Plays testdata/*.json: requests and the answers expected, as a person would write them down.
// In an answer "*" is any value; "<x>" is bound where it is first met and must be the same from then on, also as a name
// inside an object; an object with "..." may have more names than those written. In a request "<x>" stands for what was
// bound.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "jmap/jmap_fixture.hpp"

namespace dhii::jmap {
namespace {

using Bindings = std::map<std::string, std::string>;

bool is_placeholder(std::string_view text) {
  return text.size() > 2 && text.front() == '<' && text.back() == '>' && text.find(' ') == std::string_view::npos;
}

// Replaces every bound "<x>" inside the text.
std::string substitute(std::string text, const Bindings& bound) {
  for (const auto& [name, value] : bound) {
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size()))
      text.replace(at, name.size(), value);
  }
  return text;
}

class Matcher {
 public:
  explicit Matcher(Bindings& bound) : bound_(bound) {}
  // Empty when it matches, else where and what.
  std::string match(const json::value& expected, const json::value& actual, const std::string& path) {
    if (expected.is_string()) return match_text(std::string(view(expected.get_string())), actual, path);
    if (expected.is_object() && actual.is_object())
      return match_object(expected.get_object(), actual.get_object(), path);
    if (expected.is_array() && actual.is_array()) return match_array(expected.get_array(), actual.get_array(), path);
    return expected == actual ? "" : path + ": expected " + to_text(expected) + ", got " + to_text(actual);
  }

 private:
  std::string match_text(const std::string& expected, const json::value& actual, const std::string& path) {
    if (expected == "*") return "";
    if (is_placeholder(expected) && !bound_.contains(expected)) {
      if (!actual.is_string()) return path + ": expected a string for " + expected + ", got " + to_text(actual);
      bound_[expected] = view(actual.get_string());
      return "";
    }
    const auto wanted = substitute(expected, bound_);
    return as_string(actual) == std::string_view(wanted)
               ? ""
               : path + ": expected \"" + wanted + "\", got " + to_text(actual);
  }

  std::string match_object(const json::object& expected, const json::object& actual, const std::string& path) {
    std::size_t matched = 0;
    for (const auto& item : expected) {
      std::string name(view(item.key()));
      if (name == "...") continue;
      name = substitute(std::move(name), bound_);
      if (is_placeholder(name) && actual.size() == 1) bound_[name] = view(actual.begin()->key()), name = bound_[name];
      const auto* value = find(actual, name);
      if (!value) return path + ": no \"" + name + "\" in " + to_text(actual);
      if (auto why = match(item.value(), *value, path + "/" + name); !why.empty()) return why;
      ++matched;
    }
    if (expected.contains("...") || matched == actual.size()) return "";
    return path + ": more than expected in " + to_text(actual);
  }

  std::string match_array(const json::array& expected, const json::array& actual, const std::string& path) {
    if (expected.size() != actual.size()) return path + ": expected " + to_text(expected) + ", got " + to_text(actual);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (auto why = match(expected[i], actual[i], path + "/" + std::to_string(i)); !why.empty()) return why;
    }
    return "";
  }

  Bindings& bound_;
};

std::vector<std::string> scripts() {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(DHII_TEST_DATA)) {
    if (entry.path().extension() == ".json") out.push_back(entry.path().stem().string());
  }
  std::ranges::sort(out);
  return out;
}

class Dialogue : public JmapTest, public ::testing::WithParamInterface<std::string> {};

TEST_P(Dialogue, IsAnsweredAsWritten) {
  std::ifstream file(std::filesystem::path(DHII_TEST_DATA) / (GetParam() + ".json"));
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto script = json::parse(text);
  Bindings bound = {{"<inbox>", id_text(inbox)},       {"<archive>", id_text(archive)},
                    {"<drafts>", id_text(drafts)},     {"<sent>", id_text(sent)},
                    {"<hello>", id_text(hello)},       {"<reply>", id_text(reply)},
                    {"<identity>", id_text(identity)}, {"<localInbox>", id_text(local_inbox)}};
  for (const auto& step : script.at("steps").as_array()) {
    const std::string say(view(step.at("say").as_string()));
    const auto response = call(substitute(to_text(step.at("calls")), bound));
    const auto why = Matcher(bound).match(step.at("answers"), response.at("methodResponses"), "");
    ASSERT_TRUE(why.empty()) << GetParam() << ": " << say << "\n  " << why;
  }
}

INSTANTIATE_TEST_SUITE_P(Jmap, Dialogue, ::testing::ValuesIn(scripts()), [](const auto& info) { return info.param; });

}  // namespace
}  // namespace dhii::jmap
