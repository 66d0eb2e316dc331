#include "mime/envelope.hpp"

#include <unordered_set>

#include "base/bytes.hpp"
#include "mime/ascii.hpp"
#include "mime/message_ids.hpp"
#include "mime/unfold.hpp"

namespace dhii::mime {
namespace {

struct Wanted {
  const FieldView* message_id = nullptr;
  const FieldView* in_reply_to = nullptr;
  const FieldView* references = nullptr;
  const FieldView* sender = nullptr;
  const FieldView* from = nullptr;
  const FieldView* to = nullptr;
  const FieldView* cc = nullptr;
  const FieldView* bcc = nullptr;
  const FieldView* reply_to = nullptr;
  const FieldView* subject = nullptr;
  const FieldView* date = nullptr;
  const FieldView* list_id = nullptr;
};

struct Slot {
  std::string_view name;
  const FieldView* Wanted::* field;
};
constexpr Slot kSlots[] = {{"to", &Wanted::to},
                           {"cc", &Wanted::cc},
                           {"bcc", &Wanted::bcc},
                           {"from", &Wanted::from},
                           {"date", &Wanted::date},
                           {"sender", &Wanted::sender},
                           {"subject", &Wanted::subject},
                           {"list-id", &Wanted::list_id},
                           {"reply-to", &Wanted::reply_to},
                           {"message-id", &Wanted::message_id},
                           {"references", &Wanted::references},
                           {"in-reply-to", &Wanted::in_reply_to}};

Wanted find_fields(const Structure& s) {
  Wanted w;
  const Entity& root = s.entities[0];
  for (std::uint32_t i = root.first_field; i < root.first_field + root.field_count; ++i) {
    const FieldView& f = s.fields[i];
    if (f.name.size() > 11 || f.name.size() < 2) continue;
    for (const Slot& slot : kSlots) {
      if (slot.name.size() == f.name.size() && iequals(f.name, slot.name)) {
        w.*slot.field = &f;
        break;
      }
    }
  }
  return w;
}

std::vector<Address> addresses(const FieldView* f) {
  return f == nullptr ? std::vector<Address>{} : as_addresses(f->value);
}
std::vector<std::string> ids(const FieldView* f) {
  return f == nullptr ? std::vector<std::string>{} : lenient_message_ids(f->value);
}

// List-Id: Some phrase <list.example.org>, RFC 2919 §3.
std::string list_id(const FieldView* f) {
  if (f == nullptr) return {};
  const std::string text = as_text(f->value);
  const std::size_t open = text.rfind('<');
  if (open == std::string::npos) return ascii_lower(trim(text));
  return ascii_lower(trim(std::string_view(text).substr(open + 1, text.find('>', open) - open - 1)));
}

}  // namespace

Envelope make_envelope(const Structure& s, DefectSet& defects) {
  const Wanted w = find_fields(s);
  Envelope e;
  e.message_ids = ids(w.message_id);
  e.in_reply_to = ids(w.in_reply_to);
  e.references = ids(w.references);
  e.sender = addresses(w.sender);
  e.from = addresses(w.from);
  e.to = addresses(w.to);
  e.cc = addresses(w.cc);
  e.bcc = addresses(w.bcc);
  e.reply_to = addresses(w.reply_to);
  if (w.subject != nullptr) e.subject = as_text(w.subject->value);
  if (w.date != nullptr) e.sent_at = as_date(w.date->value);
  e.list_id = list_id(w.list_id);
  if (!e.sent_at) defects.add(Defect::kMissingDate);
  if (e.from.empty()) defects.add(Defect::kMissingFrom);
  return e;
}

ThreadKey make_thread_key(const Envelope& e) {
  ThreadKey key;
  if (!e.message_ids.empty()) key.own_id = e.message_ids.front();
  std::unordered_set<std::string_view> seen;
  for (const auto* list : {&e.references, &e.in_reply_to}) {
    for (const std::string& id : *list) {
      if (id != key.own_id && seen.insert(id).second) key.references.push_back(id);
    }
  }
  key.base_subject = base_subject(e.subject);
  key.is_reply = !key.references.empty() || has_reply_mark(e.subject);
  return key;
}

}  // namespace dhii::mime
