// CONTRACT. What one JMAP client may ask for at once. Each number appears in the Session object (RFC 8620 §2, RFC 8621
// §1.3) and is enforced with the error that the RFC names. Values, not policy: app/ may pass others.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace dhii::jmap {

inline constexpr std::size_t kMaxRequestBytes =
    10'000'000;  // maxSizeRequest: RFC 8620 §2 suggests 10 MB; drafts' bodies travel in here
inline constexpr std::size_t kMaxUploadBytes = 50'000'000;  // maxSizeUpload: providers refuse messages over 25-50 MB
inline constexpr std::size_t kMaxConcurrentRequests = 4;    // per user; two cores must stay fair
inline constexpr std::size_t kMaxConcurrentUpload = 4;      // per user: uploads are held in memory
inline constexpr std::size_t kMaxCallsInRequest = 32;       // the web app batches about 6
inline constexpr std::size_t kMaxObjectsInGet = 500;        // RFC 8620 §2 suggests 500
inline constexpr std::size_t kMaxObjectsInSet = 500;        // one write transaction stays under a second
inline constexpr std::size_t kMaxJsonDepth = 64;            // filters and body trees nest; recursion must not
inline constexpr std::size_t kMaxQueryLimit = 5'000;        // ids of one Email/query answer
inline constexpr std::size_t kMaxChangesLimit = 5'000;      // ids of one /changes answer
inline constexpr std::size_t kMaxReferenceValues = 20'000;  // values that one result reference may collect
inline constexpr std::size_t kMaxMailboxesPerEmail = 50;    // maxMailboxesPerEmail
inline constexpr std::size_t kMaxMailboxDepth = 10;         // maxMailboxDepth
inline constexpr std::size_t kMaxMailboxNameBytes = 255;    // maxSizeMailboxName: RFC 8621 §1.3.1 wants at least 100
inline constexpr std::size_t kMaxAttachmentBytes = 50'000'000;  // maxSizeAttachmentsPerEmail
inline constexpr std::size_t kMaxMessageBytes = 70'000'000;  // what may be sent: attachments grow by a third in base64
inline constexpr std::size_t kMaxRecipients = 1'000;         // of one submission; servers refuse far fewer
inline constexpr std::size_t kMaxKeywordsPerEmail = 100;     // keywords are for people
inline constexpr std::size_t kMaxIdentityTextBytes = 100'000;            // a signature, even with an inlined logo
inline constexpr std::chrono::seconds kMaxDelayedSend{366 * 24 * 3600};  // send later: a year

struct Limits {
  std::size_t request_bytes = kMaxRequestBytes;
  std::size_t upload_bytes = kMaxUploadBytes;
  std::size_t concurrent_requests = kMaxConcurrentRequests;
  std::size_t concurrent_upload = kMaxConcurrentUpload;
  std::size_t calls_in_request = kMaxCallsInRequest;
  std::size_t objects_in_get = kMaxObjectsInGet;
  std::size_t objects_in_set = kMaxObjectsInSet;
  std::size_t message_bytes = kMaxMessageBytes;
  std::size_t attachment_bytes = kMaxAttachmentBytes;
  std::size_t recipients = kMaxRecipients;
  std::chrono::seconds delayed_send = kMaxDelayedSend;
};

}  // namespace dhii::jmap
