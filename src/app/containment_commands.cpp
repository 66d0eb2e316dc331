#include "app/containment_commands.hpp"

#include <fmt/chrono.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/event_log.hpp"
#include "base/bytes.hpp"
#include "http/client_address.hpp"
#include "security/alert/block_list.hpp"
#include "store/control_containment.hpp"
#include "store/control_tasks.hpp"

namespace dhii::app {
namespace {

namespace json = boost::json;
using store::Measure;

constexpr const char* kBy = "command line";
constexpr std::chrono::hours kBlocked{24 * 365};  // until somebody releases it; nothing is blocked for ever

struct Options {
  std::int64_t id = 0;
  std::string user, address;
  bool everybody = false, disable = false, sign_ups = false, read_only = false;
  bool nothing() const { return user.empty() && address.empty() && !everybody && !sign_ups && !read_only; }
};

// What a command did, in order: for its answer, the incident's notes and events.
struct Deeds {
  std::vector<std::string> texts;
  std::int64_t users = 0;
  void add(std::string text) { texts.push_back(std::move(text)); }
};

class Steps {
 public:
  Steps(Installation& installation, EventLog& log, const Options& options)
      : i_(installation), log_(log), o_(options), alerts_(log.database()), blocks_(block_list()) {}

  Result<Deeds> contain() {
    if (o_.everybody || !o_.user.empty()) DHII_TRY(end_sessions());
    if (!o_.address.empty()) DHII_TRY(block());
    for (const auto measure : measures()) {
      DHII_TRY_ASSIGN(const bool fresh, store::ContainmentStore(i_.control()).take(measure, o_.id, kBy));
      tell(event::Kind::kContained, std::string(store::measure_name(measure)) + (fresh ? "" : " (it was before)"));
    }
    return std::move(deeds_);
  }

  Result<Deeds> release() {
    if (!o_.user.empty()) DHII_TRY(enable());
    if (!o_.address.empty()) DHII_TRY(unblock());
    for (const auto measure : measures()) {
      DHII_TRY_ASSIGN(const bool was, store::ContainmentStore(i_.control()).lift(measure));
      tell(event::Kind::kContainmentLifted,
           "no longer " + std::string(store::measure_name(measure)) + (was ? "" : " (it was not)"));
    }
    return std::move(deeds_);
  }

 private:
  std::vector<Measure> measures() const {
    std::vector<Measure> out;
    if (o_.sign_ups) out.push_back(Measure::kSignUpsClosed);
    if (o_.read_only) out.push_back(Measure::kReadOnly);
    return out;
  }

  security::BlockList block_list() {
    return {alerts_, std::chrono::minutes(i_.settings().alerts.block_minutes), [this](std::string_view address) {
              return std::ranges::any_of(i_.settings().trusted_proxies, [&](const std::string& proxy) {
                const auto network = http::Network::parse(proxy);
                return network && network->contains(std::string(address));
              });
            }};
  }

  void tell(event::Kind kind, std::string what, std::string address = {}) {
    log_.journal().record({.kind = kind,
                           .actor = kBy,
                           .address = std::move(address),
                           .object = what,
                           .detail = "incident " + std::to_string(o_.id)});
    deeds_.add(std::move(what));
  }

  Result<void> end_sessions() {
    DHII_TRY_ASSIGN(const auto users, i_.control().list_users());
    for (const auto& user : users) {
      if (!o_.everybody && !ascii_iequals(user.login, o_.user)) continue;
      DHII_TRY(i_.control().revoke_sessions_of(user.id, std::nullopt));
      if (o_.disable && !o_.everybody) {
        auto changed = user;
        changed.disabled = true;
        DHII_TRY(i_.control().update_user(changed));
      }
      ++deeds_.users;
    }
    if (deeds_.users == 0) return fail(store::StoreError::kNotFound, "user " + o_.user + "; `dhii-mail user list`");
    tell(event::Kind::kContained, fmt::format("ended all sessions of {} users{}{}", deeds_.users,
                                              o_.disable && !o_.everybody ? " and disabled them" : "",
                                              o_.everybody ? "" : ": " + log_escape(o_.user, 100)));
    return {};
  }

  Result<void> enable() {
    DHII_TRY_ASSIGN(const auto users, i_.control().list_users());
    const auto found = std::ranges::find_if(users, [&](const auto& u) { return ascii_iequals(u.login, o_.user); });
    if (found == users.end()) return fail(store::StoreError::kNotFound, "user " + o_.user + "; `dhii-mail user list`");
    auto changed = *found;
    changed.disabled = false;
    DHII_TRY(i_.control().update_user(changed));
    tell(event::Kind::kContainmentLifted, "may sign in again: " + changed.login);
    return {};
  }

  Result<void> block() {
    const auto now = i_.clock().now();
    DHII_TRY(blocks_.load(now));
    DHII_TRY_ASSIGN(const auto block,
                    blocks_.block(o_.address, "incident " + std::to_string(o_.id), kBy, kBlocked, now));
    tell(event::Kind::kContained, "blocked " + block.address, block.address);
    return {};
  }

  Result<void> unblock() {
    const auto now = i_.clock().now();
    DHII_TRY(blocks_.load(now));
    const std::string place = security::blocked_place(o_.address);
    for (const auto& block : blocks_.active(now)) {
      if (block.address != place) continue;
      DHII_TRY(blocks_.unblock(block.id));
      tell(event::Kind::kContainmentLifted, "no longer blocked: " + block.address, block.address);
      return {};
    }
    return fail(store::StoreError::kNotFound, "block of " + o_.address);
  }

  Installation& i_;
  EventLog& log_;
  const Options& o_;
  store::EventAlerts alerts_;
  security::BlockList blocks_;
  Deeds deeds_;
};

int act(Installation& i, const Output& output, const Options& o, Result<Deeds> (Steps::*step)(), std::string_view phase,
        std::string_view word) {
  if (o.nothing())
    return output.failure("usage", "Say what: --user LOGIN, --everybody, --address ADDRESS, --sign-ups, --read-only.") +
           1;
  store::Incidents incidents(i.control());
  const auto incident = incidents.get(o.id);
  if (!incident) return output.failure(incident.error());
  const bool closed = incident->phase == "closed";
  if (closed && phase == "containment")
    return output.failure("incident.closed", "Incident " + std::to_string(o.id) + " is closed; open another one.");
  const auto log = EventLog::open(i);
  if (!log) return output.failure(log.error());
  (*log)->start();
  Steps steps(i, **log, o);
  const auto done = (steps.*step)();
  (*log)->stop();
  if (!done) return output.failure(done.error());
  const std::string text = fmt::format("{}", fmt::join(done->texts, "; "));
  if (!closed) {  // a closed one takes no notes; the event tells
    if (const auto kept = incidents.note(o.id, {.by = kBy, .phase = std::string(phase), .text = text}); !kept)
      return output.failure(kept.error());
  }
  json::array list;
  for (const auto& deed : done->texts) list.emplace_back(deed);
  output.result(
      {{"id", o.id}, {"users", done->users}, {"done", std::move(list)}},
      fmt::format("{}: {}. A running server follows in five seconds; ended sessions within a minute.", word, text));
  return 0;
}

}  // namespace

Result<std::vector<std::string>> measures_taken(Installation& installation) {
  DHII_TRY_ASSIGN(const auto taken, store::ContainmentStore(installation.control()).taken());
  std::vector<std::string> out;
  out.reserve(taken.size());
  for (const auto& one : taken)
    out.push_back(fmt::format("{} since {:%Y-%m-%d %H:%M} (incident {})", store::measure_name(one.measure),
                              fmt::gmtime(std::chrono::system_clock::to_time_t(one.at)), one.incident));
  return out;
}

void add_containment_commands(CLI::App& incident, std::function<int(Installation&, const Output&)>& command) {
  const auto o = std::make_shared<Options>();  // lives with the callbacks
  auto* contain = incident.add_subcommand("contain", "End sessions, lock out, block, close sign-ups, stop all changes");
  contain->add_option("id", o->id)->required();
  contain->add_option("--user", o->user, "End the sessions of this one");
  contain->add_flag("--everybody", o->everybody, "End the sessions of all users");
  contain->add_flag("--disable", o->disable, "With --user: nor may they sign in again");
  contain->add_option("--address", o->address, "Block this address (of IPv6 its /64)");
  contain->add_flag("--sign-ups", o->sign_ups, "Nobody can sign up or be invited");
  contain->add_flag("--read-only", o->read_only, "Mail can be read; nothing is sent and no setting changed");
  contain->callback([o, &command] {
    command = [o](Installation& i, const Output& out) {
      return act(i, out, *o, &Steps::contain, "containment", "Contained");
    };
  });
  auto* release = incident.add_subcommand("release", "Undo what contain did, with the same words");
  release->add_option("id", o->id)->required();
  release->add_option("--user", o->user, "Let them sign in again");
  release->add_option("--address", o->address, "Block it no longer");
  release->add_flag("--sign-ups", o->sign_ups, "Open them again, as DHII_REGISTRATION says");
  release->add_flag("--read-only", o->read_only, "Send and change again; what waited in the outbox goes out");
  release->callback([o, &command] {
    command = [o](Installation& i, const Output& out) {
      return act(i, out, *o, &Steps::release, "recovery", "Released");
    };
  });
}

}  // namespace dhii::app
