// Bodies (OWASP API3, API4, API8): everything that the contract does not allow must be refused, by name where it has
// one.
#include "audit/probes.hpp"
#include "audit/sample.hpp"

namespace dhii::audit {
namespace {

namespace json = boost::json;
constexpr std::size_t kDeclaredBytes = 2'000'000'000;  // over every limit; never sent
constexpr std::size_t kChunkedBytes = 512 * 1024;      // over the limit of every route that takes JSON settings

bool refuses_input(int status) {
  return status == 400 || status == 413 || status == 415 || status == 422 || status == 409;
}
// A body that is read first and refused for something that comes before its fields is refused all the same.
bool refuses(const Exchange& x) {
  return refuses_input(x.status) || x.status == 403 || x.status == 404 || x.status == 401;
}

bool names(const Exchange& x, std::string_view pointer) {
  boost::system::error_code error;
  const json::value body = json::parse(x.body, error);
  if (error || !body.is_object()) return false;
  const auto* errors = body.as_object().if_contains("errors");
  if (errors == nullptr || !errors->is_array()) return false;
  return std::ranges::any_of(errors->as_array(), [&](const json::value& e) {
    const auto* p = e.is_object() ? e.as_object().if_contains("pointer") : nullptr;
    return p != nullptr && p->is_string() &&
           std::string_view(p->as_string()).starts_with(pointer.substr(0, pointer.rfind('/')));
  });
}

class Bodies {
 public:
  Bodies(World& world, const Endpoint& endpoint, EndpointResult& result)
      : world_(world),
        endpoint_(endpoint),
        result_(result),
        call_(world.well_formed(endpoint)),
        as_(world.rightful(endpoint)) {}

  void all() {
    if (endpoint_.takes_json()) json_bodies();
    if (endpoint_.media_type == "application/x-www-form-urlencoded") form_bodies();
    if (endpoint_.media_type.empty())
      unexpected();
    else
      sizes();
  }

 private:
  Exchange send(std::string body, std::string type) {
    Call call = call_;
    call.body = std::move(body);
    call.content_type = std::move(type);
    return world_.send(std::move(call), as_);
  }

  void each(std::string_view probe_id, const std::vector<WrongBody>& bodies, bool by_name) {
    if (bodies.empty()) return;
    Trial trial(world_, result_, probe_id);
    for (const WrongBody& wrong : bodies) {
      const Exchange x = send(wrong.body, "application/json");
      trial.expect(refuses(x), x, "a refusal expected (400 or 422) for " + wrong.name);
      if (by_name && x.status == 422)
        trial.expect(names(x, wrong.pointer), x, "the field " + wrong.pointer + " is not named in errors");
    }
  }

  void json_bodies() {
    const auto& schema = endpoint_.body_schema;
    each("body.unknown_fields", unknown_fields(schema), true);
    each("body.mass_assignment", forbidden_fields(schema), false);
    each("body.wrong_types", wrong_types(schema), false);
    each("body.missing_fields", missing_fields(schema), false);
    each("body.out_of_range", out_of_range(schema), false);
    auto malformed = malformed_bodies();
    // No body reads as an empty object, which is a fault only where something is required.
    if (!schema.contains("required")) std::erase_if(malformed, [](const WrongBody& w) { return w.body.empty(); });
    if (!is_closed(schema))
      std::erase_if(malformed,
                    [](const WrongBody& w) { return w.body.starts_with("{\"a\":") && w.body.ends_with("}"); });
    each("body.malformed", malformed, false);
    Trial trial(world_, result_, "body.media_type");
    const std::string good = json::serialize(full_sample_of(schema));
    for (const char* type : {"text/plain", "application/xml", "application/x-www-form-urlencoded",
                             "multipart/form-data; boundary=x", "application/json-patch", "text/json", ""}) {
      const Exchange x = send(good, type);
      trial.expect(x.status == 415 || x.status == 403, x,
                   "415 expected for Content-Type \"" + std::string(type) + "\"");
    }
    Call packed = call_;
    packed.body = good;
    packed.headers.emplace_back("Content-Encoding", "gzip");
    const Exchange x = world_.send(packed, as_);
    trial.expect(refuses(x), x, "a refusal expected for Content-Encoding: gzip");
  }

  void form_bodies() {
    Trial trial(world_, result_, "body.media_type");
    for (const char* type : {"text/plain", "application/json", "multipart/form-data; boundary=x", ""}) {
      const Exchange x = send("token=x&html=x", type);
      trial.expect(x.status == 415, x, "415 expected for Content-Type \"" + std::string(type) + "\"");
    }
    Trial malformed(world_, result_, "body.malformed");
    for (const char* body :
         {"", "token", "token=%zz&html=x", "token=%00&html=x", "token=%ff%fe&html=x", "token=a&token=b&html=x"}) {
      const Exchange x = send(body, endpoint_.media_type);
      malformed.expect(refuses(x), x, "a refusal expected for the form \"" + std::string(body) + "\"");
    }
  }

  void sizes() {
    Trial trial(world_, result_, "body.too_large");
    Call declared = call_;
    declared.body = "";
    declared.content_type = endpoint_.media_type == "*/*" ? "text/plain" : endpoint_.media_type;
    declared.headers.emplace_back("Content-Length", std::to_string(kDeclaredBytes));
    Exchange x = world_.send(declared, as_);
    trial.expect(x.status == 413 || x.status == 403, x, "413 expected for a body of 2 GB, before it is sent");
    declared.headers.back().second = "99999999999999999999999999";
    x = world_.send(declared, as_);
    trial.expect(x.status == 413 || x.status == 400 || x.status == 403, x,
                 "413 or 400 expected for a length over 64 bits");
    if (!endpoint_.takes_json() || endpoint_.path.starts_with("/jmap/")) return;
    Call chunked = call_;
    chunked.headers.emplace_back("Transfer-Encoding", "chunked");
    chunked.content_type = "application/json";
    chunked.body = "80000\r\n{\"a\":\"" + std::string(kChunkedBytes - 8, 'a') + "\"}\r\n0\r\n\r\n";
    x = world_.send(chunked, as_);
    trial.expect(x.status == 413 || x.status == 422 || x.status == 403 || x.status == 400, x,
                 "413 expected for half a megabyte in chunks");
  }

  void unexpected() {
    Trial trial(world_, result_, "body.unexpected");
    const Exchange x = send("{\"a\":1}", "application/json");
    trial.expect(refuses(x), x, "a refusal expected for a body where none belongs");
  }

  World& world_;
  const Endpoint& endpoint_;
  EndpointResult& result_;
  Call call_;
  Actor as_;
};

}  // namespace

void probe_bodies(World& world, const Endpoint& endpoint, EndpointResult& result) {
  Bodies(world, endpoint, result).all();
}

}  // namespace dhii::audit
