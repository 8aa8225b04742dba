// Names of source files as debug information gives them.
#pragma once

#include <string>

namespace heaptally {

// `name`, made absolute with the compilation directory where it is relative, without
// "." and "x/.." parts. Compiler's own names ("<built-in>") lose their directory.
std::string source_path(const char* compilation_directory, const char* name);

}  // namespace heaptally
