// Every message of the shared corpus: nothing crashes, nothing hangs, what comes out is clean, and it agrees with GMime
// and with mail-parser's recorded results. DHII_CORPUS names the corpus; default ../shared/corpus beside the project.
#include <gmime/gmime.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/bytes.hpp"
#include "mime/charset.hpp"
#include "mime/message.hpp"
#include "mime/text.hpp"

namespace dhii::mime {
namespace {

namespace fs = std::filesystem;

fs::path corpus() {
  const char* named = std::getenv("DHII_CORPUS");
  return named != nullptr ? fs::path(named) : fs::path(DHII_SOURCE_DIR) / "../shared/corpus";
}

std::string read(const fs::path& p) {
  std::ifstream in(p, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<fs::path> files(const fs::path& below) {
  std::vector<fs::path> out;
  for (const auto& e : fs::recursive_directory_iterator(below)) {
    if (e.is_regular_file()) out.push_back(e.path());
  }
  std::ranges::sort(out);
  return out;
}

class MimeCorpus : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(corpus() / "mime")) GTEST_SKIP() << "no corpus at " << corpus() << " (set DHII_CORPUS)";
  }
};

void expect_clean(std::string_view s, std::string_view what) {
  EXPECT_TRUE(is_valid_utf8(s)) << what << ": not UTF-8";
  EXPECT_EQ(s.find('\0'), std::string_view::npos) << what << ": NUL";
}
void expect_line(std::string_view s, std::string_view what) {
  expect_clean(s, what);
  EXPECT_EQ(s.find_first_of("\r\n"), std::string_view::npos) << what << ": line break";
}

void expect_clean(const std::vector<Address>& list) {
  for (const Address& a : list) {
    expect_line(a.name, "address name");
    expect_line(a.email, "address");
  }
}

void expect_clean(const Envelope& e) {
  for (const auto* list : {&e.sender, &e.from, &e.to, &e.cc, &e.bcc, &e.reply_to}) expect_clean(*list);
  for (const auto* list : {&e.message_ids, &e.in_reply_to, &e.references}) {
    for (const std::string& id : *list) expect_line(id, "message id");
  }
  expect_line(e.subject, "subject");
  expect_line(e.list_id, "list id");
}

void expect_clean(const std::vector<Header>& headers) {
  for (const Header& h : headers) {
    EXPECT_TRUE(is_header_name(h.name) || h.name.size() > 256) << h.name;
    expect_clean(h.raw_value, h.name);
  }
}

void expect_clean_part(const Part& p, std::string_view raw, std::size_t& leaves) {
  expect_line(p.name, "file name");
  expect_line(p.type, "type");
  expect_line(p.charset, "charset");
  expect_line(p.disposition, "disposition");
  expect_line(p.cid, "cid");
  expect_line(p.location, "location");
  expect_clean(p.headers);
  EXPECT_EQ(p.part_id.empty(), p.type.starts_with("multipart/")) << p.type;
  for (const Part& child : p.parts) expect_clean_part(child, raw, leaves);
  if (p.part_id.empty() || ++leaves > 200) return;  // each call parses the message again
  const auto bytes = decode_part(raw, p.part_id);
  ASSERT_TRUE(bytes) << p.part_id;
  EXPECT_EQ(bytes->size(), p.size) << p.part_id << ' ' << p.type;
  if (!p.type.starts_with("text/")) return;
  const auto value = body_value(raw, p.part_id);
  ASSERT_TRUE(value);
  expect_clean(value->value, "body value");
  const auto cut = body_value(raw, p.part_id, 100);
  ASSERT_TRUE(cut);
  expect_clean(cut->value, "cut body value");
  EXPECT_LE(cut->value.size(), 100U);
  EXPECT_EQ(cut->is_truncated, cut->value != value->value);
}

TEST_F(MimeCorpus, EveryFileIsParsedCleanlyAndQuickly) {
  std::size_t count = 0;
  for (const fs::path& path : files(corpus() / "mime")) {
    SCOPED_TRACE(path.string());
    const std::string raw = read(path);
    const auto start = std::chrono::steady_clock::now();
    const auto digested = digest(raw);
    const auto parsed = parse(raw);
    const auto took = std::chrono::steady_clock::now() - start;
    EXPECT_LT(took, std::chrono::seconds(1)) << raw.size() << " bytes";
    ASSERT_TRUE(digested && parsed);
    expect_clean(parsed->envelope);
    expect_clean(parsed->headers);
    std::size_t leaves = 0;
    expect_clean_part(parsed->root, raw, leaves);
    for (const auto* s : {&digested->search.subject, &digested->search.from, &digested->search.to, &digested->search.cc,
                          &digested->search.bcc, &digested->search.body, &digested->search.attachment_names}) {
      expect_clean(*s, "search text");
    }
    expect_line(digested->preview, "preview");
    expect_line(digested->thread.base_subject, "base subject");
    EXPECT_EQ(digested->preview, parsed->preview);
    EXPECT_EQ(digested->has_attachment, parsed->has_attachment);
    EXPECT_EQ(digested->defects, parsed->defects);
    EXPECT_EQ(digested->envelope.subject, parsed->envelope.subject);
    ++count;
    if (HasFailure()) break;
  }
  RecordProperty("messages", static_cast<int>(count));
  EXPECT_GT(count, 2000U);
}

// A message with thousands of recipients, nested comments or groups must not cost more than its bytes.
TEST_F(MimeCorpus, BombsAreDigestedInMilliseconds) {
  for (const fs::path& path : files(corpus() / "mime/composed-bombs")) {
    SCOPED_TRACE(path.string());
    const std::string raw = read(path);
    const auto start = std::chrono::steady_clock::now();
    ASSERT_TRUE(digest(raw));
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
    EXPECT_LT(took.count(), 150) << raw.size();
  }
}

struct Oracle {
  std::string subject, from;
  std::vector<std::string> recipients;  // "name <address>" of To and Cc
  std::size_t leaves = 0;
  std::int64_t date = 0;
};

std::string c_text(const char* s) { return s == nullptr ? std::string() : std::string(s); }

void collect(InternetAddressList* list, std::vector<std::string>& out) {
  for (int i = 0; list != nullptr && i < internet_address_list_length(list); ++i) {
    InternetAddress* a = internet_address_list_get_address(list, i);
    if (INTERNET_ADDRESS_IS_GROUP(a)) {
      collect(internet_address_group_get_members(INTERNET_ADDRESS_GROUP(a)), out);
    } else {
      out.push_back(c_text(internet_address_get_name(a)) + " <" +
                    c_text(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(a))) + ">");
    }
  }
}

std::optional<Oracle> ask_gmime(const std::string& raw) {
  GMimeStream* stream = g_mime_stream_mem_new_with_buffer(raw.data(), raw.size());
  GMimeParser* parser = g_mime_parser_new_with_stream(stream);
  GMimeMessage* message = g_mime_parser_construct_message(parser, nullptr);
  g_object_unref(parser);
  g_object_unref(stream);
  if (message == nullptr) return std::nullopt;
  Oracle o;
  o.subject = c_text(g_mime_message_get_subject(message));
  InternetAddressList* from = g_mime_message_get_from(message);
  if (from != nullptr && internet_address_list_length(from) > 0) {
    InternetAddress* first = internet_address_list_get_address(from, 0);
    if (INTERNET_ADDRESS_IS_MAILBOX(first))
      o.from = c_text(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(first)));
  }
  for (const auto type : {GMIME_ADDRESS_TYPE_TO, GMIME_ADDRESS_TYPE_CC})
    collect(g_mime_message_get_addresses(message, type), o.recipients);
  if (GDateTime* date = g_mime_message_get_date(message)) o.date = g_date_time_to_unix(date);
  GMimePartIter* iter = g_mime_part_iter_new(g_mime_message_get_mime_part(message));
  if (g_mime_message_get_mime_part(message) != nullptr) {
    do {
      if (GMimeObject* object = g_mime_part_iter_get_current(iter); object != nullptr && !GMIME_IS_MULTIPART(object))
        ++o.leaves;
    } while (g_mime_part_iter_next(iter));
  }
  g_mime_part_iter_free(iter);
  g_object_unref(message);
  return o;
}

std::size_t count_leaves(const Part& p, std::string_view raw) {
  if (p.part_id.empty()) {
    std::size_t n = 0;
    for (const Part& child : p.parts) n += count_leaves(child, raw);
    return n;
  }
  if (p.type != "message/rfc822" && p.type != "message/news" && p.type != "message/global") return 1;
  // GMime looks inside attached messages and counts the message itself too.
  const auto inner = parse(*decode_part(raw, p.part_id));
  return 1 + count_leaves(inner->root, *decode_part(raw, p.part_id));
}

void note(const char* what, const fs::path& path, const std::string& ours, const std::string& theirs) {
  if (std::getenv("DHII_CORPUS_VERBOSE") != nullptr) {
    std::cout << what << ' ' << path.string() << "\n   ours   " << log_escape(ours) << "\n   theirs "
              << log_escape(theirs) << '\n';
  }
}

std::string first_email(const Envelope& e) { return e.from.empty() ? std::string() : e.from[0].email; }
std::string squeeze_lines(std::string_view s) {
  std::string out;
  for (const char c : s) {
    if (c != '\r') out += c;
  }
  while (out.ends_with('\n')) out.pop_back();
  return out;
}
std::string squeeze(std::string_view s) {
  std::string out;
  for (const char c : s) {
    if (c != ' ' && c != '\t') out += c;
  }
  return out;
}

std::string join(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& s : list) out += s + "; ";
  return out;
}
std::string people_of(const Envelope& e) {
  std::vector<std::string> out;
  for (const auto* list : {&e.to, &e.cc}) {
    for (const Address& a : *list) out.push_back(a.name + " <" + a.email + ">");
  }
  return squeeze(join(out));
}

// The differences left were looked at: GMime guesses other charsets for raw 8-bit subjects, takes the first of repeated
// fields where RFC 8621 wants the last, and reads on after a header block that is broken off.
TEST_F(MimeCorpus, AgreesWithGmime) {
  g_mime_init();
  std::size_t count = 0, subject = 0, from = 0, recipients = 0, date = 0, leaves = 0;
  for (const fs::path& path : files(corpus() / "mime")) {
    const std::string ext = path.extension();
    if (ext != ".eml" && ext != ".msg" && ext != ".txt") continue;
    // GMime recurses without a limit in the first and doesn't know the old Mac's line ends of the second.
    if (path.string().find("composed-bombs/nest") != std::string::npos ||
        path.string().find("sisimai/mac") != std::string::npos)
      continue;
    const std::string raw = read(path);
    if (raw.starts_with("From ") || raw.size() > 1'000'000) continue;
    const auto theirs = ask_gmime(raw);
    if (!theirs) continue;
    const auto ours = parse(raw);
    if (ours->headers.empty()) continue;
    ++count;
    if (squeeze(ours->envelope.subject) != squeeze(theirs->subject)) {
      ++subject;
      note("subject", path, ours->envelope.subject, theirs->subject);
    }
    if (first_email(ours->envelope) != theirs->from) {
      ++from;
      note("from", path, first_email(ours->envelope), theirs->from);
    }
    if (const auto mine = people_of(ours->envelope); mine != squeeze(join(theirs->recipients))) {
      ++recipients;
      note("recipients", path, mine, squeeze(join(theirs->recipients)));
    }
    const std::int64_t our_date = ours->envelope.sent_at ? to_unix_seconds(ours->envelope.sent_at->at) : 0;
    if (our_date != theirs->date) {
      ++date;
      note("date", path, std::to_string(our_date), std::to_string(theirs->date));
    }
    const std::size_t our_leaves = count_leaves(ours->root, raw);
    if (our_leaves != theirs->leaves) {
      ++leaves;
      note("leaves", path, std::to_string(our_leaves), std::to_string(theirs->leaves));
    }
  }
  std::cout << "GMime: " << count << " messages; other subject " << subject << ", from " << from << ", recipients "
            << recipients << ", date " << date << ", parts " << leaves << '\n';
  EXPECT_GT(count, 1000U);
  EXPECT_LE(subject, 7U);
  EXPECT_LE(from, 4U);
  EXPECT_LE(recipients, 12U);
  EXPECT_LE(date, 1U);
  EXPECT_LE(leaves, 46U);  // nearly all: a part without a byte of content, which GMime leaves out
}

// mail-parser's recorded result of the first part's headers: a text or the first address.
std::string expected_text(const boost::json::array& headers, std::string_view name) {
  std::string out;
  for (const auto& h : headers) {
    const auto* n = h.at("name").if_string();
    if (n == nullptr || std::string_view(n->data(), n->size()) != name) continue;
    const auto* value = h.at("value").if_object();
    if (value == nullptr) continue;
    if (const auto* text = value->if_contains("Text"))
      out = std::string(text->as_string().data(), text->as_string().size());
    const auto* address = value->if_contains("Address");
    const auto* list = address == nullptr ? nullptr : address->as_object().if_contains("List");
    if (list == nullptr || list->as_array().empty()) continue;
    if (const auto* email = list->as_array()[0].as_object().if_contains("address");
        email != nullptr && email->is_string())
      out = std::string(email->as_string().data(), email->as_string().size());
  }
  return out;
}

TEST_F(MimeCorpus, AgreesWithMailParser) {
  std::size_t count = 0, subject = 0, from = 0, attachments = 0;
  for (const fs::path& path : files(corpus() / "mime/mail-parser")) {
    if (path.extension() != ".json" || path.string().ends_with(".crlf.json")) continue;
    fs::path eml = path;
    eml.replace_extension(".eml");
    boost::system::error_code error;
    const auto expected = boost::json::parse(read(path), error);
    if (error || !fs::exists(eml) || !expected.is_object()) continue;
    const auto ours = parse(read(eml));
    const auto& headers = expected.at("parts").at(0).at("headers").as_array();
    ++count;
    if (squeeze(expected_text(headers, "subject")) != squeeze(ours->envelope.subject)) {
      ++subject;
      note("mp-subject", eml, ours->envelope.subject, expected_text(headers, "subject"));
    }
    if (expected_text(headers, "from") != first_email(ours->envelope)) {
      ++from;
      note("mp-from", eml, first_email(ours->envelope), expected_text(headers, "from"));
    }
    if (expected.at("attachments").as_array().size() != ours->attachments.size()) {
      ++attachments;
      note("mp-attachments", eml, std::to_string(ours->attachments.size()),
           std::to_string(expected.at("attachments").as_array().size()));
    }
  }
  std::cout << "mail-parser: " << count << " messages; other subject " << subject << ", from " << from
            << ", attachments " << attachments << '\n';
  EXPECT_GT(count, 50U);
  EXPECT_LE(subject, 3U);  // raw Latin-1, which it doesn't guess
  EXPECT_EQ(from, 0U);
  EXPECT_LE(attachments, 15U);  // it lists images that are shown in the body a second time, and parts that never began
}

// NAME_decoded_1_2_1.txt is part 2.1 of NAME.msg with its transfer encoding undone, as Apache James recorded it.
TEST_F(MimeCorpus, DecodesPartsAsMime4j) {
  std::size_t same = 0, other = 0;
  for (const fs::path& path : files(corpus() / "mime/mime4j")) {
    const std::string stem = path.stem();
    const std::size_t at = stem.find("_decoded_1");
    if (at == std::string::npos || path.extension() == ".xml") continue;
    const std::string raw = read(path.parent_path() / (stem.substr(0, at) + ".msg"));
    std::string id = stem.substr(std::min(at + 11, stem.size()));
    std::ranges::replace(id, '_', '.');
    const auto bytes = decode_part(raw, id.empty() ? "1" : id);
    if (!bytes) continue;  // inside an attached message, which is one part here
    const bool matches = squeeze_lines(*bytes) == squeeze_lines(read(path));
    ++(matches ? same : other);
    if (!matches) note("mime4j", path, bytes->substr(0, 200), read(path).substr(0, 200));
  }
  std::cout << "mime4j: " << same << " parts decoded alike, " << other << " otherwise\n";
  EXPECT_GE(same, 91U);
  EXPECT_LE(other, 6U);  // boundary lines with trailing words, which RFC 2046 §5.1.1 doesn't allow, and junk in headers
}

TEST_F(MimeCorpus, GuessesUndeclaredCharsets) {
  const std::pair<const char*, const char*> cases[] = {
      {"gb18030.txt", "gb18030"}, {"shift_jis.txt", "shift_jis"}, {"big5.txt", "big5"}};
  for (const auto& [file, charset] : cases) {
    const std::string bytes = read(corpus() / "mime/mailcore2/charset-detection/input" / file);
    ASSERT_FALSE(bytes.empty());
    EXPECT_EQ(guess_charset(bytes), charset) << file;
  }
}

std::vector<std::string> split_mboxrd(const std::string& mbox) {
  std::vector<std::string> out;
  for (std::size_t pos = 0; pos < mbox.size();) {
    std::size_t end = mbox.find('\n', pos);
    end = end == std::string::npos ? mbox.size() : end + 1;
    const std::string_view line = std::string_view(mbox).substr(pos, end - pos);
    if (line.starts_with("From mboxrd@z "))
      out.emplace_back();
    else if (!out.empty())
      out.back() += line;
    pos = end;
  }
  return out;
}

// Joins by the ids of ThreadKey alone, as the store does, and compares with the threads that the archive names.
TEST_F(MimeCorpus, ThreadKeysJoinTheThreadsOfMailingLists) {
  for (const char* list : {"linux-raid", "usrp-users"}) {
    std::map<std::string, std::string> parent;
    const auto find = [&](std::string id) {
      while (parent.contains(id) && parent[id] != id) id = parent[id];
      return id;
    };
    const auto messages = split_mboxrd(read(corpus() / "mime/lists" / (std::string(list) + ".mbox")));
    EXPECT_EQ(messages.size(), 500U);
    for (const std::string& raw : messages) {
      const ThreadKey key = digest(raw)->thread;
      for (const std::string& reference : key.references) parent[find(reference)] = find(key.own_id);
    }
    std::size_t whole = 0, broken = 0;
    const auto threads = boost::json::parse(read(corpus() / "mime/lists" / (std::string(list) + "-threads.json")));
    for (const auto& thread : threads.as_array()) {
      std::set<std::string> roots;
      for (const auto& id : thread.at("messages").as_array()) {
        const auto& text = id.as_string();
        roots.insert(find(std::string(text.data() + 1, text.size() - 2)));
      }
      ++(roots.size() == 1 ? whole : broken);
    }
    std::cout << list << ": " << whole << " threads whole, " << broken << " broken\n";
    EXPECT_EQ(broken, 0U);
    EXPECT_GT(whole, 10U);
  }
}

}  // namespace
}  // namespace dhii::mime
