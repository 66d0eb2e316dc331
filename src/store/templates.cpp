#include "store/templates.hpp"

#include "store/database.hpp"

namespace dhii::store {
namespace {

Template template_of(Row row) {
  return {row.integer(0),          row.get<std::string>(1), row.get<std::string>(2), row.get<std::string>(3),
          row.get<std::string>(4), row.get<Timestamp>(5),   row.get<Timestamp>(6)};
}

}  // namespace

Result<std::vector<Template>> list_templates(ReadTx& tx) {
  std::vector<Template> out;
  DHII_TRY(tx.db().each(
      "SELECT id, name, subject, text, html, created_at, updated_at FROM template ORDER BY name, id LIMIT ?",
      [&](Row row) { out.push_back(template_of(row)); }, kMaxTemplates));
  return out;
}

Result<Template> get_template(ReadTx& tx, std::int64_t id) {
  std::optional<Template> out;
  DHII_TRY(tx.db().each(
      "SELECT id, name, subject, text, html, created_at, updated_at FROM template WHERE id=?",
      [&](Row row) { out = template_of(row); }, id));
  if (!out) return fail(StoreError::kNotFound, "template");
  return std::move(*out);
}

Result<std::int64_t> put_template(WriteTx& tx, const Template& t) {
  if (t.id != 0) {
    DHII_TRY(tx.db().run("UPDATE template SET name=?, subject=?, text=?, html=?, updated_at=? WHERE id=?", t.name,
                         t.subject, t.text, t.html, tx.now(), t.id));
    if (tx.db().changed_rows() == 0) return fail(StoreError::kNotFound, "template");
    return t.id;
  }
  DHII_TRY_ASSIGN(const auto count, tx.db().find<std::int64_t>("SELECT count(*) FROM template"));
  if (count.value_or(0) >= kMaxTemplates) return fail(StoreError::kConflict, "too many templates; delete some");
  DHII_TRY(tx.db().run("INSERT INTO template(name, subject, text, html, created_at, updated_at) VALUES(?,?,?,?,?,?)",
                       t.name, t.subject, t.text, t.html, tx.now(), tx.now()));
  return tx.db().last_insert_id();
}

Result<void> destroy_template(WriteTx& tx, std::int64_t id) {
  DHII_TRY(tx.db().run("DELETE FROM template WHERE id=?", id));
  if (tx.db().changed_rows() == 0) return fail(StoreError::kNotFound, "template");
  return {};
}

Result<std::optional<IdempotentRequest>> begin_idempotent(WriteTx& tx, std::string_view key,
                                                          const IdempotentRequest& request) {
  DHII_TRY(tx.db().run("DELETE FROM idempotency WHERE created_at<?", tx.now() - kIdempotencyLifetime));
  std::optional<IdempotentRequest> before;
  DHII_TRY(tx.db().each(
      "SELECT request, message_id, status, answer FROM idempotency WHERE key=?",
      [&](Row row) {
        before = {row.get<std::string>(0), row.get<std::string>(1), static_cast<int>(row.integer(2)),
                  row.get<std::string>(3)};
      },
      key));
  if (before) return before;
  DHII_TRY_ASSIGN(const auto count, tx.db().find<std::int64_t>("SELECT count(*) FROM idempotency"));
  if (count.value_or(0) >= kMaxIdempotencyKeys)
    return fail(StoreError::kConflict, "too many idempotency keys in a day; send without one, or wait");
  DHII_TRY(
      tx.db().run("INSERT INTO idempotency(key, request, message_id, status, answer, created_at) VALUES(?,?,?,0,'',?)",
                  key, Blob{request.request_hash}, request.message_id, tx.now()));
  return std::optional<IdempotentRequest>();
}

Result<void> finish_idempotent(WriteTx& tx, std::string_view key, int status, std::string_view answer) {
  return tx.db().run("UPDATE idempotency SET status=?, answer=? WHERE key=?", status, answer, key);
}

Result<void> drop_idempotent(WriteTx& tx, std::string_view key) {
  return tx.db().run("DELETE FROM idempotency WHERE key=? AND status=0", key);
}

}  // namespace dhii::store
