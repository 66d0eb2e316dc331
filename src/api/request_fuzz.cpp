// Bytes as the body, a parameter and a cursor of any operation of the contract: what is refused is refused with an
// answer, and a page's cursor that was not made here never opens.
#include <cstdint>
#include <cstdlib>

#include "api/contract.hpp"
#include "api/cursor.hpp"

using namespace dhii;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const api::Cursors cursors{Secret(std::string(32, 'k'))};
  if (size < 2) return 0;
  const auto& operations = api::Contract::built_in().operations();
  const auto& operation = operations[(data[0] * 256U + data[1]) % operations.size()];
  http::Request request;
  request.body.assign(reinterpret_cast<const char*>(data) + 2, size - 2);
  for (const auto& parameter : operation.parameters) {
    if (parameter.place == api::Contract::Place::kQuery) request.query.emplace_back(parameter.name, request.body);
    if (parameter.place == api::Contract::Place::kPath) request.parameters.emplace_back(parameter.name, request.body);
    if (parameter.place == api::Contract::Place::kHeader) request.headers.add(parameter.name, request.body);
  }
  for (const auto& refusal :
       {api::Contract::refuse_parameters(operation, request), api::Contract::refuse_body(operation, request)}) {
    if (refusal && (refusal->status < 400 || refusal->status >= 500)) std::abort();
  }
  if (cursors.open(UserId(1), "scope", request.body)) std::abort();
  return 0;
}
