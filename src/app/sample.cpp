#include "app/engine.hpp"

extern "C" {
extern const char dhii_sample_mbox[];
extern const char dhii_sample_mbox_end[];
}

namespace dhii::app {

std::string_view sample_mbox() {
  return {dhii_sample_mbox, static_cast<std::size_t>(dhii_sample_mbox_end - dhii_sample_mbox)};
}

}  // namespace dhii::app
