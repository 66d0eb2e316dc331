// Envelope and thread key out of the fields of a message. Internal to src/mime.
#pragma once
#include "mime/message.hpp"
#include "mime/structure.hpp"

namespace dhii::mime {

// Of repeated fields the last counts, as header:Name does (RFC 8621 §4.1.2). Adds kMissingDate and kMissingFrom.
Envelope make_envelope(const Structure& s, DefectSet& defects);
ThreadKey make_thread_key(const Envelope& e);

}  // namespace dhii::mime
