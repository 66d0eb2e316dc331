// Foreign objects: the one place that knows whether something which was asked for and not found is somebody else's, for
// the event api.foreign_object. Over REST by the route's pattern and id, over JMAP by the id's letter. (Keys, exports
// and sessions are reported where they are looked up.)
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "app/installation.hpp"
#include "http/message.hpp"

namespace dhii::app {

enum class ThingKind : std::uint8_t {
  kAccount,
  kWebhook,
  kPasskey,
  kMailbox,
  kMessage,
  kThread,
  kIdentity,
  kOutboxItem,
  kTemplate
};

struct Thing {
  ThingKind kind;
  std::int64_t id = 0;
  std::string text;  // the id as it was written: "e1204"
};
std::string name_of(const Thing& thing);  // "message e1204"

// What a request names, by its route's pattern; nullopt: nothing that could belong to somebody.
std::optional<Thing> thing_in(std::string_view route, const http::Request& request);
// By the letter of a JMAP id (RFC 8620 §1.2: opaque to clients, ours begin with one).
std::optional<Thing> thing_of_id(std::string_view id);

// Blocking: on a database thread. True: it is somebody else's; of mail, whose ids are counted per user: it is not and
// never was this user's. What can't be found out is not foreign.
bool is_foreign(Installation& installation, UserId asking, const Thing& thing);

}  // namespace dhii::app
