// The user's browser.
#pragma once

#include <string>

namespace heaptally {

// Shows a file in it, if there is one and a display; else says in a line why not. Does not wait.
void open_in_browser(const std::string& path);

}  // namespace heaptally
