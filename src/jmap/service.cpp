#include "jmap/service.hpp"

#include <mutex>
#include <unordered_map>

#include "base/bytes.hpp"
#include "jmap/blob.hpp"
#include "jmap/core/methods.hpp"
#include "jmap/core/reference.hpp"
#include "jmap/core/request.hpp"
#include "store/repositories.hpp"

namespace dhii::jmap {

// How many requests and uploads each user has under way (maxConcurrentRequests, maxConcurrentUpload).
struct Service::InFlight {
  using Counts = std::unordered_map<UserId, std::size_t>;
  std::mutex mutex;
  Counts requests, uploads;

  class Slot {
   public:
    Slot(InFlight& owner, Counts& counts, UserId user, std::size_t limit)
        : owner_(owner), counts_(counts), user_(user) {
      const std::lock_guard lock(owner_.mutex);
      auto& n = counts_[user_];
      taken_ = n < limit;
      if (taken_) ++n;
    }
    ~Slot() {
      if (!taken_) return;
      const std::lock_guard lock(owner_.mutex);
      if (--counts_[user_] == 0) counts_.erase(user_);
    }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    explicit operator bool() const { return taken_; }

   private:
    InFlight& owner_;
    Counts& counts_;
    UserId user_;
    bool taken_ = false;
  };
};

namespace {

constexpr std::size_t kArenaBytes = 128 * 1024;  // a list of 50 fits without asking malloc twice

json::array triple(std::string_view name, json::object arguments, std::string_view call_id,
                   const json::storage_ptr& storage) {
  json::array out(storage);
  out.reserve(3);
  out.push_back(text_value(name, storage));
  out.push_back(std::move(arguments));
  out.push_back(text_value(call_id, storage));
  return out;
}

// One request being answered: what all its calls share.
struct Conversation {
  const UserContext& user;
  const Limits& limits;
  const Clock& clock;
  Random& random;
  Request request;
  json::storage_ptr storage;
  json::array responses;
  std::size_t body_budget = kMaxBodyBytesInResponse;

  void run_all() {
    for (const auto& invocation : request.calls) run(invocation);
  }

  void run(const Invocation& invocation) {
    const auto* method = find_method(invocation.name);
    if (!method || !request.uses(method->capability)) return refuse({"unknownMethod", ""}, invocation.call_id);
    if (!has_references(*invocation.arguments)) return answer(*method, *invocation.arguments, invocation.call_id);
    auto resolved = resolve_references(*invocation.arguments, responses, storage);
    if (!resolved) return refuse(resolved.error(), invocation.call_id);
    answer(*method, *resolved, invocation.call_id);
  }

  void answer(const Method& method, const json::object& arguments, std::string_view call_id) {
    Call call{user, limits, clock, random, storage, request.created_ids, body_budget, arguments};
    auto result = method.run(call);
    if (!result) return refuse(result.error(), call_id);
    responses.push_back(triple(method.name, std::move(*result), call_id, storage));
    for (auto& [name, object] : call.implicit) responses.push_back(triple(name, std::move(object), call_id, storage));
  }

  void refuse(const MethodError& error, std::string_view call_id) {
    responses.push_back(triple("error", error.render(storage), call_id, storage));
  }
};

std::string render_response(Conversation& conversation, std::string_view session_state) {
  json::object out(conversation.storage);
  out.emplace("methodResponses", std::move(conversation.responses));
  out.emplace("sessionState", text_value(session_state, conversation.storage));
  if (conversation.request.wants_created_ids) {
    json::object ids(conversation.storage);
    for (const auto& [creation_id, id] : conversation.request.created_ids)
      ids.emplace(key(creation_id), text_value(id, conversation.storage));
    out.emplace("createdIds", std::move(ids));
  }
  return to_text(json::value(std::move(out)));
}

HandleResult plain_problem(unsigned status, std::string_view title, std::string_view detail) {
  json::object out{{"type", "about:blank"}, {"title", key(title)}, {"status", status}, {"detail", key(detail)}};
  return {status, "application/problem+json", to_text(out)};
}

HandleResult limit_problem(unsigned status, std::string_view limit, std::string detail) {
  return render(Problem{status, "limit", std::move(detail), limit});
}

// A full disk or a locked database passes; anything else is a fault.
HandleResult store_problem(const Error& error) {
  const bool passes = error.is(store::StoreError::kBusy) || error.is(store::StoreError::kDiskFull);
  return passes ? plain_problem(503, "Service Unavailable", error.sentence())
                : plain_problem(500, "Internal Server Error", error.sentence());
}

const AccountInfo* account_named(const UserContext& user, std::string_view text) {
  const auto id = parse_id<AccountId>(text);
  for (const auto& account : user.accounts) {
    if (id && account.id == *id) return &account;
  }
  return nullptr;
}

}  // namespace

Service::Service(const Clock& clock, Random& random, Limits limits)
    : clock_(clock), random_(random), limits_(limits), in_flight_(std::make_unique<InFlight>()) {}
Service::~Service() = default;

HandleResult Service::handle(const UserContext& user, std::string_view request_body) {
  if (request_body.size() > limits_.request_bytes)
    return limit_problem(413, "maxSizeRequest", "The request is too large.");
  const InFlight::Slot slot(*in_flight_, in_flight_->requests, user.user, limits_.concurrent_requests);
  if (!slot)
    return limit_problem(429, "maxConcurrentRequests",
                         "Too many requests of this user are under way; try again in a moment.");
  const auto arena = std::make_unique_for_overwrite<unsigned char[]>(kArenaBytes);
  json::monotonic_resource memory(arena.get(), kArenaBytes);
  const json::storage_ptr storage(&memory);
  const auto body = parse_ijson(request_body, kMaxJsonDepth, storage);
  if (!body) return render(Problem{400, "notJSON", std::string(json_problem_text(body.error()))});
  auto request = read_request(*body, limits_);
  if (!request) return render(request.error());
  Conversation conversation{user, limits_, clock_, random_, std::move(*request), storage, json::array(storage)};
  conversation.run_all();
  return {200, "application/json", render_response(conversation, session_state(user))};
}

HandleResult Service::upload(const UserContext& user, std::string_view account_id, std::string_view type,
                             std::string_view bytes) {
  const auto* account = account_named(user, account_id);
  if (!account) return plain_problem(404, "Not Found", "There is no such account.");
  if (account->read_only) return plain_problem(403, "Forbidden", "This account is read-only.");
  if (bytes.size() > limits_.upload_bytes)
    return limit_problem(413, "maxSizeUpload", "The file is too large to be sent by mail.");
  const InFlight::Slot slot(*in_flight_, in_flight_->uploads, user.user, limits_.concurrent_upload);
  if (!slot)
    return limit_problem(429, "maxConcurrentUpload",
                         "Too many uploads of this user are under way; try again in a moment.");
  const auto blob = user.mail->blobs().prepare(bytes);
  const auto kept =
      user.mail->write([&](store::WriteTx& tx) { return store::keep_upload(tx, account->id, blob, type); });
  if (!kept) return store_problem(kept.error());
  json::object out{{"accountId", id_text(account->id)},
                   {"blobId", store::to_text(blob.id)},
                   {"type", to_valid_utf8(type)},
                   {"size", bytes.size()}};
  return {201, "application/json", to_text(out)};
}

DownloadResult Service::download(const UserContext& user, std::string_view account_id, std::string_view blob_id) {
  const auto missing = [] {
    return DownloadResult{404, "", plain_problem(404, "Not Found", "There is no such file.").body};
  };
  const auto* account = account_named(user, account_id);
  const auto ref = parse_blob_ref(blob_id);
  if (!account || !ref) return missing();
  auto bytes = user.mail->read([&](store::ReadTx& tx) { return load_blob(tx, account->id, *ref); });
  if (!bytes) {
    auto problem = store_problem(bytes.error());
    return {problem.status, "", std::move(problem.body)};
  }
  if (!*bytes) return missing();
  return {200, "", std::move(**bytes)};
}

}  // namespace dhii::jmap
