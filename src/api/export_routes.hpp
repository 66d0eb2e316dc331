// /api/v1/me/export: parse, call ExportService, render. Sessions only: no key takes everything away. Io thread. Owned
// by Api.
#pragma once
#include <boost/asio/awaitable.hpp>

#include "api/export_service.hpp"
#include "http/router.hpp"

namespace dhii::api {

class ExportRoutes {
 public:
  explicit ExportRoutes(ExportService& exports) : exports_(exports) {}
  void add_to(http::Router& router);

 private:
  using Answer = boost::asio::awaitable<http::Response>;
  Answer start(http::Request& request);
  Answer list(http::Request& request);
  Answer get(http::Request& request);
  Answer file(http::Request& request);
  Answer remove(http::Request& request);

  ExportService& exports_;
};

}  // namespace dhii::api
