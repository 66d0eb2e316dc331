// Emails made, imported, copied and parsed; header and body forms; what injection would look like.
#include "jmap/jmap_fixture.hpp"

namespace dhii::jmap {
namespace {

class JmapEmail : public JmapTest {
 protected:
  // Creates and answers either the id or the error object.
  json::value create(std::string_view properties) {
    auto got = one("Email/set", R"({"accountId":"a7","create":{"x":{"mailboxIds":{")" + id_text(drafts) +
                                    R"(":true},)" + std::string(properties) + "}}}");
    if (got.at("created").is_object()) return got.at("created").at("x").at("id");
    return got.at("notCreated").at("x");
  }
  std::string raw_of(const json::value& id) {
    const auto got = one("Email/get", R"({"accountId":"a7","ids":[)" + to_text(id) + R"(],"properties":["blobId"]})");
    return service.download(context, "a7", view(got.at("list").at(0).at("blobId").as_string())).bytes;
  }
  std::string upload(std::string_view bytes, std::string_view account = "a7") {
    return std::string(view(json::parse(service.upload(context, account, "", bytes).body).at("blobId").as_string()));
  }
  json::value email(const json::value& id, std::string_view rest) {
    return one("Email/get", R"({"accountId":"a7","ids":[)" + to_text(id) + "]," + std::string(rest) + "}")
        .at("list")
        .at(0);
  }
};

TEST_F(JmapEmail, BodyStructureBecomesThatMessage) {
  const auto blob = upload("\x89PNG\r\n");
  const auto id = create(
      R"("subject":"Structure","bodyStructure":{"type":"multipart/related","subParts":[{"type":"text/html","partId":"h"},{"type":"image/png","blobId":")" +
      blob +
      R"(","cid":"logo@x","disposition":"inline","name":"Logö.png"}]},"bodyValues":{"h":{"value":"<img src=\"cid:logo@x\">"}})");
  ASSERT_TRUE(id.is_string()) << to_text(id);
  const auto got = email(
      id,
      R"("properties":["bodyStructure","htmlBody","attachments","hasAttachment"],"bodyProperties":["partId","type","cid","name","disposition","size"])");
  const auto& root = got.at("bodyStructure");
  EXPECT_EQ(root.at("type"), "multipart/related");
  EXPECT_TRUE(root.at("partId").is_null());
  EXPECT_EQ(root.at("subParts").at(1).at("cid"), "logo@x");
  EXPECT_EQ(root.at("subParts").at(1).at("name"), "Logö.png");
  EXPECT_EQ(root.at("subParts").at(1).at("size").to_number<int>(), 6);
}

TEST_F(JmapEmail, FlatBodiesAreComposed) {
  const auto blob = upload("%PDF-1.4 bytes");
  const auto id = create(
      R"("from":[{"name":"Ann","email":"ann@example.com"}],"textBody":[{"partId":"t","type":"text/plain"}],"htmlBody":[{"partId":"h","type":"text/html"}],"attachments":[{"blobId":")" +
      blob +
      R"(","type":"application/pdf","name":"report.pdf"}],"bodyValues":{"t":{"value":"a\nb"},"h":{"value":"<p>a"}})");
  ASSERT_TRUE(id.is_string()) << to_text(id);
  const auto got = email(
      id,
      R"("properties":["bodyStructure","bodyValues","attachments","hasAttachment","messageId","sentAt"],"bodyProperties":["type","name","blobId"],"fetchAllBodyValues":true)");
  EXPECT_EQ(got.at("bodyStructure").at("type"), "multipart/mixed");
  EXPECT_EQ(got.at("bodyStructure").at("subParts").at(0).at("type"), "multipart/alternative");
  EXPECT_EQ(got.at("hasAttachment"), true);
  EXPECT_EQ(got.at("attachments").at(0).at("name"), "report.pdf");
  EXPECT_EQ(service.download(context, "a7", view(got.at("attachments").at(0).at("blobId").as_string())).bytes,
            "%PDF-1.4 bytes");
  EXPECT_EQ(got.at("sentAt"), "2026-01-01T00:00:00Z");
  EXPECT_TRUE(view(got.at("messageId").at(0).as_string()).ends_with("@example.com"));
}

TEST_F(JmapEmail, BodyValuesComeBackAsGiven) {
  const std::string line(2'000, 'x');
  for (const std::string value :
       {std::string("a\\nb\\n"), std::string("  spaces  \\n-- \\nsig"), line, std::string("From here\\n.\\n..\\n"),
        std::string("漢字 \\u0000 end"), std::string()}) {
    const auto id =
        create(R"("textBody":[{"partId":"t","type":"text/plain"}],"bodyValues":{"t":{"value":")" + value + "\"}}");
    ASSERT_TRUE(id.is_string()) << to_text(id);
    const auto got = email(id, R"("properties":["bodyValues"],"fetchAllBodyValues":true)");
    auto wanted = std::string(view(json::parse("\"" + value + "\"").as_string()));
    if (value.contains("u0000")) continue;  // NUL has no place in text mail: any answer but a crash will do
    if (!wanted.empty() && !wanted.ends_with('\n')) wanted += '\n';  // a message ends with a line end
    EXPECT_EQ(view(got.at("bodyValues").at("1").at("value").as_string()), wanted);
  }
}

TEST_F(JmapEmail, HeaderFormsAreWritten) {
  const auto id = create(
      R"("header:X-Text:asText":"Grüße","header:List-Post:asURLs":["mailto:a@example.com"],"header:X-People:asGroupedAddresses":[{"name":"Team","addresses":[{"name":"Ö, B","email":"b@example.com"}]}],
    "header:X-When:asDate":"2014-10-30T14:12:00+08:00","header:X-Ids:asMessageIds":["a@b","c@d"],"header:X-Many:asText:all":["1","2"],"header:X-Raw":" raw","header:Resent-To:asAddresses":[{"name":null,"email":"c@example.com"}])");
  ASSERT_TRUE(id.is_string()) << to_text(id);
  const auto got = email(
      id,
      R"("properties":["header:X-Text:asText","header:List-Post:asURLs","header:X-People:asGroupedAddresses","header:X-When:asDate","header:X-Ids:asMessageIds","header:X-Many:asText:all","header:X-Raw:asText","header:Resent-To:asAddresses"])");
  EXPECT_EQ(got.at("header:X-Text:asText"), "Grüße");
  EXPECT_EQ(got.at("header:List-Post:asURLs"), (json::array{"mailto:a@example.com"}));
  EXPECT_EQ(got.at("header:X-People:asGroupedAddresses"),
            json::parse(R"([{"name":"Team","addresses":[{"name":"Ö, B","email":"b@example.com"}]}])"));
  EXPECT_EQ(got.at("header:X-When:asDate"), "2014-10-30T14:12:00+08:00");
  EXPECT_EQ(got.at("header:X-Ids:asMessageIds"), (json::array{"a@b", "c@d"}));
  EXPECT_EQ(got.at("header:X-Many:asText:all"), (json::array{"1", "2"}));
  EXPECT_EQ(got.at("header:X-Raw:asText"), "raw");
  EXPECT_EQ(got.at("header:Resent-To:asAddresses"), json::parse(R"([{"name":null,"email":"c@example.com"}])"));
}

TEST_F(JmapEmail, HeaderInjectionIsRefusedEverywhere) {
  for (
      const auto* property :
      {R"("subject":"a\r\nBcc: eve@example.net")", R"("subject":"a\nb")", R"("subject":"a\u0000b")",
       R"("to":[{"name":"a\r\nX: y","email":"a@example.com"}])",
       R"("to":[{"name":"a","email":"a@example.com\r\nX: y"}])", R"("messageId":["a@b\r\nX: y"])",
       R"("messageId":["a@b> <c@d"])", R"("inReplyTo":["a\nb"])", R"("header:X-A":" a\r\nX-B: c")",
       R"("header:X-A":"a\nb")", R"("header:X-A:asText":"a\r\nb")", R"("header:X-A:asURLs":["a>\r\nX: y"])",
       R"("header:X\r\nY:asText":"a")", R"("header:Content-Type":"text/html")",
       R"("header:X-A:asAddresses":[{"name":"x\u0000","email":"a@example.com"}])",
       R"("bodyStructure":{"type":"text/plain\r\nX: y","partId":"t"},"bodyValues":{"t":{"value":""}})",
       R"("bodyStructure":{"type":"text/plain","partId":"t","cid":"a\r\nX: y"},"bodyValues":{"t":{"value":""}})",
       R"("bodyStructure":{"type":"text/plain","partId":"t","disposition":"inline\r\nX: y"},"bodyValues":{"t":{"value":""}})"}) {
    const auto error = create(property);
    ASSERT_TRUE(error.is_object()) << property << " gave " << raw_of(error);
    EXPECT_EQ(error.at("type"), "invalidProperties") << property;
  }
}

TEST_F(JmapEmail, RulesOfCreationAreKept) {
  for (
      const auto* property :
      {R"("subject":"a","header:Subject:asText":"b")", R"("textBody":[])",
       R"("textBody":[{"partId":"t","type":"text/html"}],"bodyValues":{"t":{"value":""}})",
       R"("textBody":[{"partId":"t","type":"text/plain"}])",
       R"("textBody":[{"partId":"t","type":"text/plain","charset":"latin1"}],"bodyValues":{"t":{"value":""}})",
       R"("textBody":[{"partId":"t","type":"text/plain"}],"bodyValues":{"t":{"value":"","isTruncated":true}})",
       R"("textBody":[{"type":"text/plain"}])",
       R"("bodyStructure":{"type":"text/plain","partId":"t"},"textBody":[{"partId":"t","type":"text/plain"}],"bodyValues":{"t":{"value":""}})",
       R"("bodyStructure":{"type":"multipart/mixed"})",
       R"("bodyStructure":{"type":"text/plain","partId":"t","subParts":[]},"bodyValues":{"t":{"value":""}})",
       R"("bodyStructure":{"type":"text/plain","partId":"t","header:Content-Transfer-Encoding":"8bit"},"bodyValues":{"t":{"value":""}})",
       R"("sentAt":"today")", R"("receivedAt":"today")", R"("keywords":{"$seen":1})",
       R"("attachments":[{"type":"multipart/mixed","subParts":[]}])"}) {
    const auto error = create(property);
    ASSERT_TRUE(error.is_object()) << property << " gave " << to_text(error);
    EXPECT_EQ(error.at("type"), "invalidProperties") << property;
  }
}

TEST_F(JmapEmail, BlobsOfOthersCannotBeAttached) {
  const auto foreign = upload("secret of the other account", "a8");
  const auto error = create(R"("attachments":[{"blobId":")" + foreign +
                            R"("},{"blobId":"b0000000000000000000000000000000000000000"}])");
  ASSERT_TRUE(error.is_object()) << to_text(error);
  EXPECT_EQ(error.at("type"), "blobNotFound");
  EXPECT_EQ(error.at("notFound").as_array().size(), 2u);
  EXPECT_EQ(one("Email/import", R"({"accountId":"a7","emails":{"x":{"blobId":")" + foreign + R"(","mailboxIds":{")" +
                                    id_text(inbox) + R"(":true}}}})")
                .at("notCreated")
                .at("x")
                .at("properties"),
            (json::array{"blobId"}));
  EXPECT_EQ(one("Email/parse", R"({"accountId":"a7","blobIds":[")" + foreign + R"("]})").at("notFound"),
            (json::array{jmap::key(foreign)}));
}

TEST_F(JmapEmail, ImportsMessagesWithTheirOwnDate) {
  const auto blob = upload(
      "Received: from a by b; Thu, 30 Oct 2014 14:12:00 +0800\r\nFrom: a@example.com\r\nSubject: Old\r\n\r\nText\r\n");
  const auto nothing = upload("");
  const auto got =
      one("Email/import", R"({"accountId":"a7","emails":{"x":{"blobId":")" + blob + R"(","mailboxIds":{")" +
                              id_text(inbox) + R"(":true},"keywords":{"$seen":true}},"y":{"blobId":")" + nothing +
                              R"(","mailboxIds":{")" + id_text(inbox) + R"(":true}},"z":{"blobId":")" + blob +
                              R"(","mailboxIds":{}}}})");
  const auto mail = email(got.at("created").at("x").at("id"), R"("properties":["receivedAt","subject","keywords"])");
  EXPECT_EQ(mail.at("receivedAt"), "2014-10-30T06:12:00Z");
  EXPECT_EQ(got.at("notCreated").at("y").at("type"), "invalidEmail");
  EXPECT_EQ(got.at("notCreated").at("z").at("properties"), (json::array{"mailboxIds"}));
  EXPECT_FALSE(got.contains("updated"));
}

TEST_F(JmapEmail, CopiesIntoTheOtherAccountAndTakesTheOriginalAway) {
  auto response = call(
      R"([["Email/copy",{"fromAccountId":"a7","accountId":"a8","onSuccessDestroyOriginal":true,"create":{"c":{"id":")" +
      id_text(hello) + R"(","mailboxIds":{")" + id_text(local_inbox) +
      R"(":true}},"d":{"id":"e999","mailboxIds":{}}}},"0"]])");
  const auto& copied = response.at("methodResponses").at(0).at(1);
  EXPECT_EQ(copied.at("fromAccountId"), "a7");
  EXPECT_EQ(copied.at("notCreated").at("d").at("type"), "notFound");
  EXPECT_EQ(response.at("methodResponses").at(1).at(0), "Email/set");
  EXPECT_EQ(response.at("methodResponses").at(1).at(1).at("destroyed"), (json::array{jmap::key(id_text(hello))}));
  const auto there = one("Email/get", R"({"accountId":"a8","ids":[)" + to_text(copied.at("created").at("c").at("id")) +
                                          R"(],"properties":["subject"]})");
  EXPECT_EQ(there.at("list").at(0).at("subject"), "Hello");
}

TEST_F(JmapEmail, ParsesAMessageInsideAMessage) {
  const auto id = add_raw(
      "From: a@example.com\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
      "boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nHi\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n"
      "From: inner@example.com\r\nSubject: Inner\r\nContent-Type: text/plain\r\n\r\nInner text\r\n--x--\r\n");
  const auto outer =
      email(json::value(id_text(id)), R"("properties":["attachments"],"bodyProperties":["blobId","type"])");
  const auto& part = outer.at("attachments").at(0);
  ASSERT_EQ(part.at("type"), "message/rfc822");
  const auto parsed = one(
      "Email/parse",
      R"({"accountId":"a7","blobIds":[)" + to_text(part.at("blobId")) +
          R"(],"properties":["subject","id","textBody","bodyValues"],"fetchTextBodyValues":true,"bodyProperties":["blobId","partId"]})");
  const auto& inner = parsed.at("parsed").as_object().begin()->value();
  EXPECT_EQ(inner.at("subject"), "Inner");
  EXPECT_TRUE(inner.at("id").is_null());
  EXPECT_EQ(
      service.download(context, "a7", view(inner.at("textBody").at(0).at("blobId").as_string())).bytes.substr(0, 10),
      "Inner text");
}

TEST_F(JmapEmail, LocalDraftsOfAMirroredAccountAreQueuedForItsServer) {
  const auto before = ops().size();
  ASSERT_TRUE(create(R"("subject":"Draft")").is_string());
  ASSERT_EQ(ops().size(), before + 1);
  EXPECT_EQ(ops().back().kind, store::OpKind::kAppend);
}

TEST_F(JmapEmail, AFailedSubmissionLeavesTheDraftAlone) {
  const auto got = call(
      R"([["EmailSubmission/set",{"accountId":"a7","create":{"s":{"identityId":"i999","emailId":")" + id_text(hello) +
      R"("}},"onSuccessDestroyEmail":["#s"],"onSuccessUpdateEmail":{"#s":{"keywords/$seen":true}}},"0"]])");
  EXPECT_EQ(got.at("methodResponses").as_array().size(), 1u);
  EXPECT_TRUE(JmapTest::StoreTest::email(hello).has_value());
  EXPECT_FALSE(JmapTest::StoreTest::email(hello)->keywords.has(store::Flag::kSeen));
}

}  // namespace
}  // namespace dhii::jmap
