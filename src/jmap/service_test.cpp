// Requests as a whole: problems, limits, capabilities, created ids, the session, push objects, uploads and downloads.

#include "jmap/jmap_fixture.hpp"

namespace dhii::jmap {
namespace {

class JmapService : public JmapTest {
 protected:
  std::string problem(std::string_view body, unsigned status = 400) {
    const auto result = service.handle(context, body);
    EXPECT_EQ(result.status, status) << result.body;
    EXPECT_EQ(result.content_type, "application/problem+json");
    const auto value = json::parse(result.body);
    EXPECT_EQ(value.at("status").to_number<unsigned>(), status);
    std::string out(view(value.at("type").as_string()));
    if (const auto* limit = value.as_object().if_contains("limit")) out += " " + std::string(view(limit->as_string()));
    return out;
  }
  static std::string with_calls(std::string_view calls) {
    return R"({"using":["urn:ietf:params:jmap:core"],"methodCalls":)" + std::string(calls) + "}";
  }
};

TEST_F(JmapService, SaysWhatIsNoJson) {
  for (const auto* body : {"", "{", "\xff", R"({"using":[],"using":[],"methodCalls":[]})"})
    EXPECT_EQ(problem(body), "urn:ietf:params:jmap:error:notJSON") << body;
  EXPECT_EQ(problem(with_calls(std::string(100'000, '['))), "urn:ietf:params:jmap:error:notJSON");
  EXPECT_EQ(problem(std::string_view("{\0}", 3)), "urn:ietf:params:jmap:error:notJSON");
}

TEST_F(JmapService, SaysWhatIsNoRequest) {
  for (const auto* body :
       {"[]", "{}", R"({"using":[]})", R"({"using":{},"methodCalls":[]})", R"({"using":[1],"methodCalls":[]})",
        R"({"using":[],"methodCalls":[[]]})", R"({"using":[],"methodCalls":[["Core/echo",[],"0"]]})",
        R"({"using":[],"methodCalls":[["Core/echo",{},0]]})", R"({"using":[],"methodCalls":[],"createdIds":{"a":1}})"})
    EXPECT_EQ(problem(body), "urn:ietf:params:jmap:error:notRequest") << body;
}

TEST_F(JmapService, SaysWhichCapabilityIsUnknown) {
  EXPECT_EQ(problem(R"({"using":["urn:ietf:params:jmap:vacationresponse"],"methodCalls":[]})"),
            "urn:ietf:params:jmap:error:unknownCapability");
}

TEST_F(JmapService, EnforcesItsLimitsByName) {
  EXPECT_EQ(problem(std::string(kMaxRequestBytes + 1, ' '), 413), "urn:ietf:params:jmap:error:limit maxSizeRequest");
  std::string calls = "[";
  for (std::size_t i = 0; i <= kMaxCallsInRequest; ++i) calls += std::string(i ? "," : "") + R"(["Core/echo",{},"0"])";
  EXPECT_EQ(problem(with_calls(calls + "]")), "urn:ietf:params:jmap:error:limit maxCallsInRequest");
  std::string ids;
  for (std::size_t i = 1; i <= kMaxObjectsInGet + 1; ++i) ids += (i > 1 ? ",\"e" : "\"e") + std::to_string(i) + "\"";
  EXPECT_EQ(one("Email/get", R"({"accountId":"a7","ids":[)" + ids + "]}").at("type"), "requestTooLarge");
  EXPECT_EQ(one("Email/set", R"({"accountId":"a7","destroy":[)" + ids + "]}").at("type"), "requestTooLarge");
  EXPECT_EQ(one("Thread/get", R"({"accountId":"a7","ids":null})").at("type"), "requestTooLarge");
}

TEST_F(JmapService, KnowsOnlyMethodsOfTheCapabilitiesUsed) {
  const auto result = service.handle(
      context,
      with_calls(R"([["Core/echo",{"a":[1]},"0"],["Mailbox/get",{"accountId":"a7"},"1"],["Foo/bar",{},"2"]])"));
  EXPECT_EQ(
      json::parse(result.body).at("methodResponses"),
      json::parse(
          R"([["Core/echo",{"a":[1]},"0"],["error",{"type":"unknownMethod"},"1"],["error",{"type":"unknownMethod"},"2"]])"));
}

TEST_F(JmapService, OneFailingCallLeavesTheOthersAlone) {
  auto response = call(
      R"([["Email/get",{"accountId":"a7","#ids":{"resultOf":"x","name":"Email/query","path":"/ids"}},"0"],["Core/echo",{},"1"]])");
  EXPECT_EQ(response.at("methodResponses").at(0).at(1).at("type"), "invalidResultReference");
  EXPECT_EQ(response.at("methodResponses").at(1).at(0), "Core/echo");
}

TEST_F(JmapService, CreatedIdsGoAcrossCallsAndRequests) {
  const auto result = service.handle(
      context,
      R"({"using":["urn:ietf:params:jmap:core","urn:ietf:params:jmap:mail"],"createdIds":{"old":")" + id_text(archive) +
          R"("},"methodCalls":[["Mailbox/set",{"accountId":"a7","create":{"new":{"name":"N","parentId":"#old"}}},"0"]]})");
  const auto value = json::parse(result.body);
  EXPECT_EQ(value.at("createdIds").at("old"), jmap::key(id_text(archive)));
  EXPECT_EQ(value.at("createdIds").at("new"), value.at("methodResponses").at(0).at(1).at("created").at("new").at("id"));
}

TEST_F(JmapService, SessionNamesAccountsLimitsAndState) {
  const auto session = json::parse(service.session(context, "https://mail.example.org"));
  EXPECT_EQ(session.at("username"), "ann");
  EXPECT_EQ(session.at("apiUrl"), "https://mail.example.org/jmap/api");
  EXPECT_EQ(session.at("primaryAccounts").at("urn:ietf:params:jmap:mail"), "a7");
  EXPECT_EQ(session.at("accounts").at("a9").at("isReadOnly"), true);
  EXPECT_EQ(session.at("accounts")
                .at("a7")
                .at("accountCapabilities")
                .at("urn:ietf:params:jmap:submission")
                .at("maxDelayedSend")
                .to_number<int>(),
            kMaxDelayedSend.count());
  EXPECT_EQ(session.at("capabilities").at("urn:ietf:params:jmap:core").at("maxObjectsInGet").to_number<std::size_t>(),
            kMaxObjectsInGet);
  EXPECT_EQ(session.at("state"), json::parse(service.handle(context, with_calls("[]")).body).at("sessionState"));
  const auto before = service.session_state(context);
  context.accounts[2].read_only = false;
  EXPECT_NE(service.session_state(context), before);
}

TEST_F(JmapService, StateChangeNamesWhatChanged) {
  events.clear();
  one("Email/set", R"({"accountId":"a7","update":{")" + id_text(hello) + R"(":{"keywords/$seen":true}}})");
  ASSERT_EQ(events.size(), 1u);
  const auto change = json::parse(state_change(events[0]));
  EXPECT_EQ(change.at("@type"), "StateChange");
  const auto email_state = one("Email/get", R"({"accountId":"a7","ids":[]})").at("state");
  EXPECT_EQ(change.at("changed").at("a7").at("Email"), email_state);
  EXPECT_EQ(state_change(events[0], "CalendarEvent"), "");
  EXPECT_EQ(json::parse(state_change(events[0], "Foo,Email")).at("changed").at("a7").as_object().size(), 1u);
  EXPECT_EQ(json::parse(all_states(context)).at("changed").at("a7").at("Email"), email_state);
}

TEST_F(JmapService, UploadsAreReadBackByTheirOwnerOnly) {
  const auto up = service.upload(context, "a7", "image/png", std::string_view("PNG\0\xff", 5));
  ASSERT_EQ(up.status, 201u) << up.body;
  const auto blob = std::string(view(json::parse(up.body).at("blobId").as_string()));
  EXPECT_EQ(json::parse(up.body).at("size").to_number<int>(), 5);
  EXPECT_EQ(service.download(context, "a7", blob).bytes, std::string("PNG\0\xff", 5));
  EXPECT_EQ(service.download(context, "a8", blob).status, 404u);
  EXPECT_EQ(service.download(context, "a1", blob).status, 404u);
  EXPECT_EQ(service.upload(context, "a9", "", "x").status, 403u);
  EXPECT_EQ(service.upload(context, "a1", "", "x").status, 404u);
  for (const auto* id : {"", "b", "b0000000000000000000000000000000000000000", "../../etc/passwd"})
    EXPECT_EQ(service.download(context, "a7", id).status, 404u) << id;
  for (const auto* tail : {"-", "-x", "-1.1", "-../1", "-9", "x"})
    EXPECT_EQ(service.download(context, "a7", blob + tail).status, 404u) << tail;
}

TEST_F(JmapService, RefusesUploadsOverTheLimit) {
  Limits limits;
  limits.upload_bytes = 10;
  Service small(clock, jmap_random, limits);
  EXPECT_EQ(small.upload(context, "a7", "", "01234567890").status, 413u);
  EXPECT_EQ(small.upload(context, "a7", "", "0123456789").status, 201u);
}

TEST_F(JmapService, PartsAreDownloadedDecoded) {
  const auto id = add_raw(
      "From: a@example.com\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
      "boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nHi\r\n--x\r\n"
      "Content-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: "
      "base64\r\n\r\nUERG\r\n--x--\r\n");
  const auto got =
      one("Email/get", R"({"accountId":"a7","ids":[")" + id_text(id) + R"("],"properties":["attachments","blobId"]})");
  const auto& part = got.at("list").at(0).at("attachments").at(0);
  EXPECT_EQ(part.at("name"), "a.pdf");
  const std::string blob(view(part.at("blobId").as_string()));
  EXPECT_TRUE(is_id_text(blob)) << blob;
  EXPECT_EQ(service.download(context, "a7", blob).bytes, "PDF");
  EXPECT_EQ(service.download(context, "a8", blob).status, 404u);
}

TEST_F(JmapService, CountsConcurrentRequestsPerUser) {
  Limits limits;
  limits.concurrent_requests = 0;
  Service none(clock, jmap_random, limits);
  EXPECT_EQ(none.handle(context, with_calls("[]")).status, 429u);
}

TEST_F(JmapService, SurvivesEveryMethodWithNonsense) {
  constexpr const char* kMethods[] = {"Blob/copy",
                                      "Mailbox/get",
                                      "Mailbox/changes",
                                      "Mailbox/query",
                                      "Mailbox/queryChanges",
                                      "Mailbox/set",
                                      "Thread/get",
                                      "Thread/changes",
                                      "Email/get",
                                      "Email/changes",
                                      "Email/query",
                                      "Email/queryChanges",
                                      "Email/set",
                                      "Email/import",
                                      "Email/parse",
                                      "Email/copy",
                                      "SearchSnippet/get",
                                      "Identity/get",
                                      "Identity/changes",
                                      "Identity/set",
                                      "EmailSubmission/get",
                                      "EmailSubmission/changes",
                                      "EmailSubmission/query",
                                      "EmailSubmission/queryChanges",
                                      "EmailSubmission/set"};
  constexpr const char* kArguments[] = {
      "{}", R"({"accountId":null})",
      R"({"accountId":"a7","ids":7,"create":7,"filter":7,"sort":7,"sinceState":7,"sinceQueryState":7,"blobIds":7,"emails":7,"emailIds":7})",
      R"({"accountId":"a7","surprise\u0000":"\u0000"})"};
  for (const auto* method : kMethods) {
    for (const auto* arguments : kArguments) {
      const auto error = one(method, arguments);
      EXPECT_EQ(answered, "error") << method << arguments;
      EXPECT_TRUE(error.at("type") == "invalidArguments" || error.at("type") == "fromAccountNotFound")
          << method << arguments << to_text(error);
    }
  }
}

}  // namespace
}  // namespace dhii::jmap
