// Result<T> and Error: how every module says "this went wrong, and here is the sentence for a person".
// A module defines one enum class and `ErrorText describe(TheEnum)`; expected outcomes are values, exceptions are bugs.
// Includes nothing of ours.
#pragma once
#include <concepts>
#include <expected>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace dhii {

// `id` is stable and machine-readable ("imap.login_refused"); `sentence` says what happened and what to do next.
// Both must have static storage duration.
struct ErrorText {
  std::string_view id;
  std::string_view sentence;
};

template <class E>
concept ErrorEnum = std::is_enum_v<E> && requires(E e) {
  { describe(e) } -> std::same_as<ErrorText>;
};

class [[nodiscard]] Error {
 public:
  // `detail` names the thing: the host, the file, the server's own words. It must never hold a secret.
  template <ErrorEnum E>
  Error(E code, std::string detail = {})  // NOLINT(google-explicit-constructor): a code is an error
      : text_(describe(code)), detail_(std::move(detail)) {}

  std::string_view id() const { return text_.id; }
  std::string_view sentence() const { return text_.sentence; }
  const std::string& detail() const { return detail_; }
  // "sentence (detail)", for logs, the command line and problem details.
  std::string message() const;

  template <ErrorEnum E>
  bool is(E code) const {
    return text_.id == describe(code).id;
  }

 private:
  ErrorText text_;
  std::string detail_;
};

template <class T>
using Result = std::expected<T, Error>;

template <ErrorEnum E>
std::unexpected<Error> fail(E code, std::string detail = {}) {
  return std::unexpected<Error>(Error(code, std::move(detail)));
}

}  // namespace dhii

// Returns (DHII_TRY) or co_returns (DHII_CO_TRY) the error of a Result; the value is discarded or bound by name:
//   DHII_TRY_ASSIGN(auto row, statement.step());
#define DHII_CONCAT_INNER(a, b) a##b
#define DHII_CONCAT(a, b) DHII_CONCAT_INNER(a, b)
#define DHII_TRY(expr)                                                                        \
  do {                                                                                        \
    if (auto dhii_result = (expr); !dhii_result) return std::unexpected(dhii_result.error()); \
  } while (false)
#define DHII_TRY_ASSIGN(decl, expr)                                                                    \
  auto DHII_CONCAT(dhii_r_, __LINE__) = (expr);                                                        \
  if (!DHII_CONCAT(dhii_r_, __LINE__)) return std::unexpected(DHII_CONCAT(dhii_r_, __LINE__).error()); \
  decl = std::move(*DHII_CONCAT(dhii_r_, __LINE__))
#define DHII_CO_TRY(expr)                                                                        \
  do {                                                                                           \
    if (auto dhii_result = (expr); !dhii_result) co_return std::unexpected(dhii_result.error()); \
  } while (false)
#define DHII_CO_TRY_ASSIGN(decl, expr)                                                                    \
  auto DHII_CONCAT(dhii_r_, __LINE__) = (expr);                                                           \
  if (!DHII_CONCAT(dhii_r_, __LINE__)) co_return std::unexpected(DHII_CONCAT(dhii_r_, __LINE__).error()); \
  decl = std::move(*DHII_CONCAT(dhii_r_, __LINE__))
