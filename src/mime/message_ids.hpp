// Message ids for threading: takes what can be taken, where as_message_ids() (header.hpp) says "unparsable". Internal.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace dhii::mime {

std::vector<std::string> lenient_message_ids(std::string_view raw);

}  // namespace dhii::mime
