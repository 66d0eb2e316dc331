// Request bodies from strangers: no crash; a body is refused or every value in it keeps the promises of its reader.
#include <cstdlib>

#include "api/json_in.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dhii;
  api::JsonInput in(std::string(reinterpret_cast<const char*>(data), size));
  const std::string login = in.text("login", 128);
  const std::string email = in.email("email");
  const Secret password = in.secret("password");
  const api::ServerSettings imap = in.server("imap");
  const auto smtp = in.optional_server("smtp");
  const auto name = in.optional_text("name", 200);
  const http::Request request;
  if (in.refusal(request)) return 0;
  if (login.empty() || login.size() > 128 || login.find_first_of(std::string_view("\0\r\n", 3)) != std::string::npos)
    std::abort();
  if (email.find('@') == std::string::npos || password.empty() || imap.host.empty() || imap.port == 0) std::abort();
  if (smtp && smtp->port == 0) std::abort();
  return 0;
}
