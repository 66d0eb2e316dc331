#include "imap/roles.hpp"

#include <array>
#include <string>
#include <utility>

#include "base/bytes.hpp"

namespace dhii::imap {
namespace {

using Entry = std::pair<std::string_view, Role>;

constexpr std::array<Entry, 13> kAttributes{{
    {"\\All", Role::kAll},
    {"\\Archive", Role::kArchive},
    {"\\Drafts", Role::kDrafts},
    {"\\Flagged", Role::kFlagged},
    {"\\Important", Role::kImportant},
    {"\\Junk", Role::kJunk},
    {"\\Sent", Role::kSent},
    {"\\Trash", Role::kTrash},
    {"\\Inbox", Role::kInbox},
    // XLIST (Gmail's, Yandex's and Domino's older way)
    {"\\AllMail", Role::kAll},
    {"\\Spam", Role::kJunk},
    {"\\Starred", Role::kFlagged},
    {"\\Bin", Role::kTrash},
}};

// Names that mail programs and providers create by themselves. ASCII in lower case; other scripts as written.
constexpr Entry kNames[] = {
    // English
    {"archive", Role::kArchive},
    {"archives", Role::kArchive},
    {"draft", Role::kDrafts},
    {"drafts", Role::kDrafts},
    {"junk", Role::kJunk},
    {"junk e-mail", Role::kJunk},
    {"junk email", Role::kJunk},
    {"junk mail", Role::kJunk},
    {"spam", Role::kJunk},
    {"bulk mail", Role::kJunk},
    {"bulk", Role::kJunk},
    {"sent", Role::kSent},
    {"sent items", Role::kSent},
    {"sent mail", Role::kSent},
    {"sent messages", Role::kSent},
    {"sent-mail", Role::kSent},
    {"trash", Role::kTrash},
    {"deleted items", Role::kTrash},
    {"deleted messages", Role::kTrash},
    {"bin", Role::kTrash},
    {"all mail", Role::kAll},
    // German
    {"archiv", Role::kArchive},
    {"entwürfe", Role::kDrafts},
    {"Entwürfe", Role::kDrafts},
    {"gesendet", Role::kSent},
    {"gesendete objekte", Role::kSent},
    {"gesendete elemente", Role::kSent},
    {"papierkorb", Role::kTrash},
    {"gelöschte objekte", Role::kTrash},
    {"gelöschte elemente", Role::kTrash},
    {"junk-e-mail", Role::kJunk},
    {"unerwünscht", Role::kJunk},
    {"spamverdacht", Role::kJunk},
    // French
    {"brouillons", Role::kDrafts},
    {"envoyés", Role::kSent},
    {"messages envoyés", Role::kSent},
    {"éléments envoyés", Role::kSent},
    {"Éléments envoyés", Role::kSent},
    {"corbeille", Role::kTrash},
    {"éléments supprimés", Role::kTrash},
    {"Éléments supprimés", Role::kTrash},
    {"courrier indésirable", Role::kJunk},
    {"indésirables", Role::kJunk},
    {"pourriel", Role::kJunk},
    // Spanish, Portuguese, Italian, Catalan
    {"borradores", Role::kDrafts},
    {"enviados", Role::kSent},
    {"elementos enviados", Role::kSent},
    {"papelera", Role::kTrash},
    {"elementos eliminados", Role::kTrash},
    {"correo no deseado", Role::kJunk},
    {"archivo", Role::kArchive},
    {"rascunhos", Role::kDrafts},
    {"itens enviados", Role::kSent},
    {"lixeira", Role::kTrash},
    {"lixo", Role::kTrash},
    {"itens excluídos", Role::kTrash},
    {"lixo eletrônico", Role::kJunk},
    {"arquivo", Role::kArchive},
    {"bozze", Role::kDrafts},
    {"posta inviata", Role::kSent},
    {"inviata", Role::kSent},
    {"inviati", Role::kSent},
    {"cestino", Role::kTrash},
    {"posta eliminata", Role::kTrash},
    {"posta indesiderata", Role::kJunk},
    {"archivio", Role::kArchive},
    {"esborranys", Role::kDrafts},
    {"enviats", Role::kSent},
    {"paperera", Role::kTrash},
    // Dutch, Swedish, Danish, Norwegian, Finnish
    {"concepten", Role::kDrafts},
    {"verzonden", Role::kSent},
    {"verzonden items", Role::kSent},
    {"prullenbak", Role::kTrash},
    {"verwijderde items", Role::kTrash},
    {"ongewenste e-mail", Role::kJunk},
    {"archief", Role::kArchive},
    {"utkast", Role::kDrafts},
    {"skickat", Role::kSent},
    {"skickade objekt", Role::kSent},
    {"papperskorg", Role::kTrash},
    {"papperskorgen", Role::kTrash},
    {"borttaget", Role::kTrash},
    {"skräppost", Role::kJunk},
    {"arkiv", Role::kArchive},
    {"kladder", Role::kDrafts},
    {"sendt", Role::kSent},
    {"sendt post", Role::kSent},
    {"sendte elementer", Role::kSent},
    {"papirkurv", Role::kTrash},
    {"søppelpost", Role::kJunk},
    {"luonnokset", Role::kDrafts},
    {"lähetetyt", Role::kSent},
    {"roskakori", Role::kTrash},
    {"roskaposti", Role::kJunk},
    {"arkisto", Role::kArchive},
    // Polish, Czech, Hungarian, Romanian, Turkish, Greek
    {"robocze", Role::kDrafts},
    {"szkice", Role::kDrafts},
    {"wysłane", Role::kSent},
    {"elementy wysłane", Role::kSent},
    {"kosz", Role::kTrash},
    {"elementy usunięte", Role::kTrash},
    {"archiwum", Role::kArchive},
    {"koncepty", Role::kDrafts},
    {"rozepsané", Role::kDrafts},
    {"odeslaná pošta", Role::kSent},
    {"odeslané", Role::kSent},
    {"koš", Role::kTrash},
    {"piszkozatok", Role::kDrafts},
    {"elküldött", Role::kSent},
    {"elküldött elemek", Role::kSent},
    {"kuka", Role::kTrash},
    {"ciorne", Role::kDrafts},
    {"trimise", Role::kSent},
    {"coș de gunoi", Role::kTrash},
    {"taslaklar", Role::kDrafts},
    {"gönderilmiş öğeler", Role::kSent},
    {"gönderilenler", Role::kSent},
    {"çöp", Role::kTrash},
    {"çöp kutusu", Role::kTrash},
    {"Πρόχειρα", Role::kDrafts},
    {"Απεσταλμένα", Role::kSent},
    {"Κάδος απορριμμάτων", Role::kTrash},
    // Russian, Ukrainian
    {"Черновики", Role::kDrafts},
    {"Отправленные", Role::kSent},
    {"Корзина", Role::kTrash},
    {"Удаленные", Role::kTrash},
    {"Удалённые", Role::kTrash},
    {"Спам", Role::kJunk},
    {"Архив", Role::kArchive},
    {"Чернетки", Role::kDrafts},
    {"Надіслані", Role::kSent},
    {"Відправлені", Role::kSent},
    {"Кошик", Role::kTrash},
    {"Архів", Role::kArchive},
    // Chinese, Japanese, Korean
    {"草稿", Role::kDrafts},
    {"草稿箱", Role::kDrafts},
    {"草稿夹", Role::kDrafts},
    {"已发送", Role::kSent},
    {"已发送邮件", Role::kSent},
    {"已发邮件", Role::kSent},
    {"垃圾邮件", Role::kJunk},
    {"垃圾箱", Role::kTrash},
    {"已删除", Role::kTrash},
    {"已删除邮件", Role::kTrash},
    {"归档", Role::kArchive},
    {"寄件備份", Role::kSent},
    {"垃圾桶", Role::kTrash},
    {"垃圾郵件", Role::kJunk},
    {"下書き", Role::kDrafts},
    {"送信済み", Role::kSent},
    {"送信済みアイテム", Role::kSent},
    {"送信済みトレイ", Role::kSent},
    {"ゴミ箱", Role::kTrash},
    {"ごみ箱", Role::kTrash},
    {"迷惑メール", Role::kJunk},
    {"アーカイブ", Role::kArchive},
    {"임시보관함", Role::kDrafts},
    {"보낸메일함", Role::kSent},
    {"보낸편지함", Role::kSent},
    {"휴지통", Role::kTrash},
    {"스팸메일함", Role::kJunk},
    {"스팸", Role::kJunk},
    // Arabic, Hebrew
    {"المسودات", Role::kDrafts},
    {"المرسلة", Role::kSent},
    {"المهملات", Role::kTrash},
    {"טיוטות", Role::kDrafts},
    {"נשלח", Role::kSent},
    {"אשפה", Role::kTrash},
};

}  // namespace

Role role_of_attribute(std::string_view attribute) {
  for (const auto& [name, role] : kAttributes) {
    if (ascii_iequals(attribute, name)) return role;
  }
  return Role::kNone;
}

Role guess_role(std::string_view last_component) {
  const std::string lower = ascii_lower(trim(last_component));
  for (const auto& [name, role] : kNames) {
    if (ascii_iequals(name, lower)) return role;
  }
  return Role::kNone;
}

std::string_view to_text(Role role) {
  switch (role) {
    case Role::kNone:
      return "";
    case Role::kInbox:
      return "inbox";
    case Role::kAll:
      return "all";
    case Role::kArchive:
      return "archive";
    case Role::kDrafts:
      return "drafts";
    case Role::kFlagged:
      return "flagged";
    case Role::kImportant:
      return "important";
    case Role::kJunk:
      return "junk";
    case Role::kSent:
      return "sent";
    case Role::kTrash:
      return "trash";
  }
  std::unreachable();
}

}  // namespace dhii::imap
