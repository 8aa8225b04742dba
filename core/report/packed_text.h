// Text packed for a page: gzip in base64, which holds nothing that a page could take for markup.
#pragma once

#include <string>
#include <string_view>

namespace heaptally {

std::string gzip(std::string_view bytes);
std::string base64(std::string_view bytes);

}  // namespace heaptally
