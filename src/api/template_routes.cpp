#include "api/template_routes.hpp"

#include <charconv>

#include "api/mail_json.hpp"
#include "store/templates.hpp"

namespace dhii::api {
namespace {

namespace json = boost::json;
using http::Method;
using http::Permission;
using http::RateClass;
using http::Request;
using http::Response;
using store::StoreError;
using store::Template;

void write_template(JsonWriter& out, const Template& t) {
  out.begin_object().key("id").id('p', t.id).key("name").text(t.name).key("subject").text(t.subject);
  out.key("text").text(t.text).key("html").text(t.html).key("created_at");
  write_time(out, t.created_at);
  out.key("updated_at");
  write_time(out, t.updated_at);
  out.end_object();
}

std::string template_json(const Template& t) {
  JsonWriter out(512 + t.text.size() + t.html.size());
  write_template(out, t);
  return out.take();
}

Result<Template> find(store::ReadTx& tx, const Request& request) {
  const auto id = parse_template_id(request.parameter("id"));
  if (!id) return fail(StoreError::kNotFound, "template");
  return store::get_template(tx, *id);
}

void apply(Template& t, const Request& request) {
  const json::object body = body_object(request);
  const auto take = [&](std::string_view name, std::string& out) {
    if (const auto* value = body.if_contains(name)) out = std::string(value->as_string());
  };
  take("name", t.name);
  take("subject", t.subject);
  take("text", t.text);
  take("html", t.html);
}

}  // namespace

std::optional<std::int64_t> parse_template_id(std::string_view text) {
  if (!text.starts_with('p')) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value <= 0) return std::nullopt;
  return value;
}

void TemplateRoutes::add_to(http::Router& router) {
  const auto body = http::BodyRule::json(kMaxTemplateBodyBytes);
  const auto none = http::BodyRule::none();
  const auto add = [&](Method method, const char* path, http::BodyRule rule, auto handler) {
    router.add({method, path,
                method == Method::kGet ? http::Access(Permission::kUser, http::Scope::kMailRead)
                                       : http::Access(Permission::kUser, http::Scope::kMailWrite),
                RateClass::kApi, rule, [this, handler](Request& r) { return (this->*handler)(r); }});
  };
  add(Method::kGet, "/api/v1/templates", none, &TemplateRoutes::list);
  add(Method::kPost, "/api/v1/templates", body, &TemplateRoutes::create);
  add(Method::kGet, "/api/v1/templates/{id}", none, &TemplateRoutes::get);
  add(Method::kPatch, "/api/v1/templates/{id}", body, &TemplateRoutes::change);
  add(Method::kDelete, "/api/v1/templates/{id}", none, &TemplateRoutes::remove);
}

Answer TemplateRoutes::list(Request& request) {
  return on_mail(p_, request, [](OpenMail& mail) -> Result<Response> {
    DHII_TRY_ASSIGN(const auto all, mail.store->read([](store::ReadTx& tx) { return store::list_templates(tx); }));
    JsonWriter out;
    out.begin_object().key("templates").begin_array();
    for (const auto& each : all) write_template(out, each);
    return http::json_response(200, out.end_array().end_object().take());
  });
}

Answer TemplateRoutes::get(Request& request) {
  return on_mail(p_, request, [&request](OpenMail& mail) -> Result<Response> {
    DHII_TRY_ASSIGN(const auto found, mail.store->read([&](store::ReadTx& tx) { return find(tx, request); }));
    return tagged_answer(request, template_json(found));
  });
}

Answer TemplateRoutes::create(Request& request) {
  return on_mail(p_, request, [&request](OpenMail& mail) -> Result<Response> {
    Template fresh;
    apply(fresh, request);
    DHII_TRY_ASSIGN(const auto made, mail.store->write([&](store::WriteTx& tx) -> Result<Template> {
      DHII_TRY_ASSIGN(const auto id, store::put_template(tx, fresh));
      return store::get_template(tx, id);
    }));
    return created_answer("/api/v1/templates/p" + std::to_string(made.id), template_json(made));
  });
}

Answer TemplateRoutes::change(Request& request) {
  return on_mail(p_, request, [&request](OpenMail& mail) -> Result<Response> {
    return mail.store->write([&](store::WriteTx& tx) -> Result<Response> {
      DHII_TRY_ASSIGN(auto found, find(tx, request));
      if (!if_match_holds(request, template_json(found))) return precondition_failed(request);
      apply(found, request);
      DHII_TRY(store::put_template(tx, found));
      DHII_TRY_ASSIGN(const auto after, store::get_template(tx, found.id));
      return tagged_answer(request, template_json(after));
    });
  });
}

Answer TemplateRoutes::remove(Request& request) {
  return on_mail(p_, request, [&request](OpenMail& mail) -> Result<Response> {
    return mail.store->write([&](store::WriteTx& tx) -> Result<Response> {
      DHII_TRY_ASSIGN(const auto found, find(tx, request));
      if (!if_match_holds(request, template_json(found))) return precondition_failed(request);
      DHII_TRY(store::destroy_template(tx, found.id));
      return http::no_content();
    });
  });
}

}  // namespace dhii::api
