#include "store/event_certificates.hpp"

namespace dhii::store {

Result<std::vector<MailCertificate>> MailCertificates::all() {
  return database_.read([](Database& db) -> Result<std::vector<MailCertificate>> {
    std::vector<MailCertificate> out;
    DHII_TRY(
        db.each("SELECT place,fingerprint,issuer,not_before,not_after,seen_at FROM mail_certificate", [&](Row row) {
          out.push_back({row.get<std::string>(0), row.get<std::string>(1), row.get<std::string>(2),
                         row.get<Timestamp>(3), row.get<Timestamp>(4), row.get<Timestamp>(5)});
        }));
    return out;
  });
}

Result<void> MailCertificates::save(const MailCertificate& c) {
  return database_.write([&](Database& db) -> Result<void> {
    DHII_TRY(db.run("INSERT OR REPLACE INTO mail_certificate VALUES(?1,?2,?3,?4,?5,?6)", c.place, c.fingerprint,
                    c.issuer, c.not_before, c.not_after, c.seen_at));
    return db.run(
        "DELETE FROM mail_certificate WHERE place IN (SELECT place FROM mail_certificate ORDER BY seen_at DESC "
        "LIMIT -1 OFFSET ?1)",
        kMaxPlaces);
  });
}

}  // namespace dhii::store
