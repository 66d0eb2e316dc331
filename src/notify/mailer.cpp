#include "notify/mailer.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "mime/build.hpp"
#include "net/deadline.hpp"

namespace dhii::notify {
namespace {

constexpr std::size_t kMaxReplyShown = 200;

std::string domain_of(std::string_view address) {
  const auto at = address.rfind('@');
  return at == std::string_view::npos ? "localhost" : std::string(address.substr(at + 1));
}

class Slot {
 public:
  explicit Slot(std::size_t& count) : count_(count) { ++count_; }
  ~Slot() { --count_; }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

 private:
  std::size_t& count_;
};

net::Task<> hand_over(net::Dialer& dialer, const smtp::Settings& server, smtp::Envelope envelope,
                      const std::string& message) {
  auto sent = co_await smtp::send(dialer, server, std::move(envelope), message);
  if (sent) co_return Result<void>{};
  co_return fail(NotifyError::kRefused, std::string(truncate_utf8(sent.error().error.message(), kMaxReplyShown)));
}

}  // namespace

ErrorText describe(NotifyError e) {
  switch (e) {
    case NotifyError::kNotConfigured:
      return {"notify.not_configured",
              "This dhii-mail can't send mail of its own: set DHII_SMTP_HOST, DHII_SMTP_FROM and SMTP_PASSWORD."};
    case NotifyError::kBadMail:
      return {"notify.bad_mail", "The mail has no usable recipient, or is too long."};
    case NotifyError::kTooMany:
      return {"notify.too_many", "Too many mails of the installation at once; this one was not sent."};
    case NotifyError::kRefused:
      return {"notify.refused", "The mail server of DHII_SMTP_HOST did not take the mail."};
  }
  return {"notify.unknown", "The mail was not sent."};
}

bool Mailer::take_slot() {
  const auto now = clock_.steady_now();
  if (hour_began_ == std::chrono::steady_clock::time_point{} || now - hour_began_ >= std::chrono::hours(1)) {
    hour_began_ = now;
    in_this_hour_ = 0;
  }
  if (under_way_ >= kMaxMailsUnderWay || in_this_hour_ >= kMaxMailsPerHour) return false;
  ++in_this_hour_;
  return true;
}

Result<std::string> Mailer::render(const Mail& mail) {
  const bool usable = !mail.to.empty() && mail.to.size() <= kMaxRecipients && mail.text.size() <= kMaxMailBytes &&
                      std::ranges::all_of(mail.to, [](const std::string& a) { return mime::is_address(a); });
  if (!usable) return fail(NotifyError::kBadMail);
  mime::Draft draft;
  draft.from.push_back({settings_.from_name, settings_.from});
  for (const std::string& address : mail.to) draft.to.push_back({"", address});
  draft.subject = mail.subject;
  draft.message_id = mime::make_message_id(random_, domain_of(settings_.from));
  draft.date = mime::Date{clock_.now(), 0};
  draft.headers.push_back({"Auto-Submitted", "auto-generated", mime::DraftHeader::Form::kText});  // RFC 3834 §5
  draft.text = mail.text;
  return mime::build(draft, random_);
}

net::Task<> Mailer::send(Mail mail) {
  if (!configured()) co_return fail(NotifyError::kNotConfigured);
  DHII_CO_TRY_ASSIGN(const std::string message, render(mail));
  if (!take_slot()) co_return fail(NotifyError::kTooMany);
  const Slot slot(under_way_);
  smtp::Envelope envelope{.mail_from = settings_.from, .rcpt_to = mail.to};
  co_return co_await net::with_deadline(kMailLimit, hand_over(dialer_, settings_.server, std::move(envelope), message));
}

}  // namespace dhii::notify
