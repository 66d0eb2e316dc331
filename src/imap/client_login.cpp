// From a connected stream to a session: TLS, greeting, capabilities, login, ID, ENABLE.
#include "base/bytes.hpp"
#include "imap/client_impl.hpp"
#include "imap/session/replies.hpp"

namespace dhii::imap {
namespace {

// The loopback address of "127.0.0.1:143" or "[::1]:143".
bool is_loopback_peer(std::string_view peer) {
  peer = peer.substr(0, peer.rfind(':'));
  if (peer.starts_with('[') && peer.ends_with(']')) peer = peer.substr(1, peer.size() - 2);
  return net::is_loopback(peer);
}

bool forbidden_in_login(std::string_view s) { return s.empty() || s.find('\0') != std::string_view::npos; }

}  // namespace

net::Task<> Client::Impl::log_in(const Settings& settings) {
  if (forbidden_in_login(settings.login) || forbidden_in_login(settings.password.reveal())) {
    co_return fail(ImapError::kInvalidArgument, "login name or password is empty or holds a NUL byte");
  }
  if (settings.security == Security::kPlain && !is_loopback_peer(stream_.peer()))
    co_return fail(ImapError::kPlainRefused, settings.host);
  if (settings.security == Security::kTls) {
    DHII_CO_TRY(co_await stream_.start_tls({.host_name = settings.host, .extra_ca_file = settings.extra_ca_file},
                                           kConnectLimit));
  }
  DHII_CO_TRY_ASSIGN(const Condition greeting, co_await greet(settings));
  if (greeting != Condition::kPreauth) DHII_CO_TRY(co_await authenticate(settings));
  reader_.framer().set_limits({});
  if (capabilities_.empty()) DHII_CO_TRY(co_await ask_capabilities());
  co_return co_await introduce();
}

// Reads the greeting and, for STARTTLS, encrypts. kOk: log in; kPreauth: the server knows us already.
net::Task<Condition> Client::Impl::greet(const Settings& settings) {
  auto response = co_await read_response();
  if (!response) {
    if (response.error().is(ImapError::kNonsense) || response.error().is(ImapError::kTooLong)) {
      co_return fail(ImapError::kNotImap, settings.host + " said: " + response.error().detail());
    }
    co_return std::unexpected(response.error());
  }
  auto* greeting = std::get_if<UntaggedStatus>(&*response);
  if (greeting == nullptr) {
    const auto* pop = std::get_if<Continuation>(&*response);
    co_return fail(ImapError::kNotImap,
                   settings.host + " said: " +
                       (pop != nullptr ? "+" + log_escape(pop->text, 120) : "something else than a greeting"));
  }
  absorb(*response, {});
  switch (greeting->condition) {
    case Condition::kBye:
      co_return fail(ImapError::kRefusedConnection, server_words(*greeting));
    case Condition::kPreauth:
      if (settings.security == Security::kStartTls) co_return fail(ImapError::kPreauthRefused, settings.host);
      co_return Condition::kPreauth;
    case Condition::kOk:
      break;
    default:
      co_return fail(ImapError::kNotImap, settings.host + " said: " + server_words(*greeting));
  }
  if (settings.security == Security::kStartTls) DHII_CO_TRY(co_await secure(settings));
  if (capabilities_.empty()) DHII_CO_TRY(co_await ask_capabilities());
  co_return Condition::kOk;
}

net::Task<> Client::Impl::secure(const Settings& settings) {
  if (capabilities_.empty()) DHII_CO_TRY(co_await ask_capabilities());
  if (!capabilities_.starttls()) co_return fail(ImapError::kNoStartTls, settings.host);
  DHII_CO_TRY_ASSIGN(const auto status, co_await run(Command("STARTTLS")));
  if (status.condition != Condition::kOk) co_return fail(ImapError::kNoStartTls, server_words(status));
  if (reader_.framer().pending() != 0)
    co_return std::unexpected(broke(Error(ImapError::kStartTlsInjection, settings.host)));
  DHII_CO_TRY(
      co_await stream_.start_tls({.host_name = settings.host, .extra_ca_file = settings.extra_ca_file}, kConnectLimit));
  // What was said in the clear may be a lie (RFC 9051 §11.1): forget it all.
  capabilities_ = {};
  alerts_.clear();
  bye_.clear();
  co_return Result<void>{};
}

net::Task<> Client::Impl::ask_capabilities() {
  DHII_CO_TRY(co_await run_ok(Command("CAPABILITY")));
  co_return Result<void>{};
}

net::Task<> Client::Impl::authenticate(const Settings& settings) {
  const Capabilities before = std::exchange(capabilities_, {});  // they change with the login (RFC 9051 §6.2.2)
  Result<TaggedStatus> status = fail(ImapError::kLoginDisabled, settings.host);
  if (before.auth_plain()) {
    capabilities_ = before;
    status = co_await authenticate_plain(settings);
  }
  // Also where AUTH=PLAIN is offered and not understood.
  const bool by_login = !before.auth_plain() || (status && status->condition == Condition::kBad);
  if (by_login && !before.login_disabled()) {
    capabilities_ = before;
    Command command("LOGIN");
    command.sensitive().string(settings.login).string(settings.password.reveal());
    status = co_await run(std::move(command));
  }
  if (!status) co_return std::unexpected(status.error());
  if (status->condition != Condition::kOk) co_return std::unexpected(login_refusal(*status));
  // Unless told with the answer, ask again: what is offered before and after the login differs.
  if (capabilities_.names() == before.names()) capabilities_ = {};
  co_return Result<void>{};
}

// RFC 4616: one message, NUL-separated, in base64.
net::Task<TaggedStatus> Client::Impl::authenticate_plain(const Settings& settings) {
  std::string plain;
  plain.reserve(settings.login.size() + settings.password.size() + 2);
  plain.append(1, '\0').append(settings.login).append(1, '\0').append(settings.password.reveal());
  const Secret message = Secret::take(std::move(plain));
  Command command("AUTHENTICATE PLAIN");
  command.sensitive();
  bool to_send = !capabilities_.sasl_ir();
  if (!to_send) command.base64(message.reveal());
  DHII_CO_TRY_ASSIGN(const auto tag, co_await send(std::move(command), {}));
  while (true) {
    if (answered_.contains(tag)) co_return co_await wait_for(tag, {});
    DHII_CO_TRY_ASSIGN(Response response, co_await read_response());
    if (auto* tagged = std::get_if<TaggedStatus>(&response)) {
      if (std::erase(outstanding_, tagged->tag) == 0)
        co_return std::unexpected(broke(Error(ImapError::kNonsense, "an answer to a command never sent")));
      answered_.insert_or_assign(tagged->tag, std::move(*tagged));
    } else if (std::holds_alternative<Continuation>(response)) {
      // A second question is an error report in base64 (RFC 7628): cancel to get the tagged answer.
      const Secret line = Secret::take(to_send ? to_base64(message.reveal()) + "\r\n" : std::string("*\r\n"));
      to_send = false;
      const auto written = co_await stream_.write_all(line.reveal(), kReplyLimit);
      if (!written) co_return std::unexpected(broke(written.error()));
    } else {
      absorb(response, {});
    }
  }
}

// ID and ENABLE in one go: a round trip saved on each reconnect.
net::Task<> Client::Impl::introduce() {
  const Handler handler = [this](Response& response) {
    if (auto* id = std::get_if<IdData>(&response)) {
      for (const auto& [key, value] : id->fields) {
        if (ascii_iequals(key, "name")) server_name_ = log_escape(value, 60);
      }
      return true;
    }
    if (auto* enabled = std::get_if<EnabledData>(&response)) {
      for (const std::string& name : enabled->names) {
        if (ascii_iequals(name, "QRESYNC")) qresync_ = condstore_ = true;
        if (ascii_iequals(name, "CONDSTORE")) condstore_ = true;
      }
      return true;
    }
    return false;
  };
  // NetEase (163.com, 126.com) refuses SELECT as "Unsafe Login" without ID.
  std::vector<std::string> tags;
  if (capabilities_.id()) {
    Command id("ID");
    id.word("(\"name\" \"dhii-mail\")");
    DHII_CO_TRY_ASSIGN(auto tag, co_await send(std::move(id), handler));
    tags.push_back(std::move(tag));
  }
  // iCloud answers ENABLE with OK and no ENABLED: then QRESYNC isn't on (RFC 5161 §3.2) and CONDSTORE serves.
  if (capabilities_.enable() && capabilities_.condstore()) {
    DHII_CO_TRY_ASSIGN(
        auto tag,
        co_await send(capabilities_.qresync() ? Command("ENABLE QRESYNC") : Command("ENABLE CONDSTORE"), handler));
    tags.push_back(std::move(tag));
  }
  for (const std::string& tag : tags) DHII_CO_TRY(co_await wait_for(tag, handler));  // NO and BAD: then without it
  condstore_ = condstore_ || capabilities_.condstore();
  co_return Result<void>{};
}

}  // namespace dhii::imap
