// /docs, made of the contract at build time (api/tools/contract.py), and the contract itself as YAML and JSON. Public:
// they describe the program, not this installation.
#pragma once
#include "http/router.hpp"

namespace dhii::api {

class DocsRoutes {
 public:
  void add_to(http::Router& router);
};

}  // namespace dhii::api
