#include "core/symbols/source_path.h"

#include <cstring>
#include <filesystem>

namespace heaptally {

std::string source_path(const char* compilation_directory, const char* name) {
  if (name == nullptr || *name == '\0') return {};
  const char* slash = std::strrchr(name, '/');
  const char* base = slash != nullptr ? slash + 1 : name;
  if (*base == '<') return base;
  std::filesystem::path path(name);
  if (path.is_relative() && compilation_directory != nullptr) {
    path = std::filesystem::path(compilation_directory) / path;
  }
  return path.lexically_normal().string();
}

}  // namespace heaptally
