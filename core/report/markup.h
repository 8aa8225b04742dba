// Text in XML and HTML.
#pragma once

#include <string>
#include <string_view>

namespace heaptally {

// Fit for content and quoted attributes: markup becomes text; what XML cannot hold (control
// characters, bytes that are not UTF-8) becomes U+FFFD.
std::string escaped(std::string_view text);

}  // namespace heaptally
