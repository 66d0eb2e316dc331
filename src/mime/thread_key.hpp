// CONTRACT. What threading joins by: ids first, the base subject only for replies that carry no reference.
// The store looks `references` up, newest last; see RFC 8621 §3 and RFC 5256 §2.1.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace dhii::mime {

struct ThreadKey {
  std::string own_id;                   // first Message-ID, without <>; empty = none
  std::vector<std::string> references;  // References then In-Reply-To, oldest first, unique, without own_id
  std::string base_subject;             // base_subject(subject); may be empty
  bool is_reply = false;                // subject had a reply or forward mark, or there are references
  // Join by subject only then: it says that it is a reply, doesn't say to what, and has a subject that means something.
  bool may_join_by_subject() const { return is_reply && references.empty() && !base_subject.empty(); }
};

// RFC 5256 §2.1 over decoded text, widened: marks of many languages (Re Fwd FW AW WG SV VS Antw TR RV ENC Odp 回复 转发
// 答复 転送 ...), counters ("Re[2]:", "Re^2:"), "[list] " tags, "(fwd)", white space; lower-cased for comparing.
// Linear.
std::string base_subject(std::string_view decoded_subject);
// The subject for an answer: "Re: " or "Fwd: " once, whatever marks were there.
std::string reply_subject(std::string_view decoded_subject);
std::string forward_subject(std::string_view decoded_subject);
bool has_reply_mark(std::string_view decoded_subject);

}  // namespace dhii::mime
