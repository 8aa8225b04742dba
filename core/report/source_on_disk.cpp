#include <filesystem>

#include "core/report/annotation_report.h"

namespace heaptally {
namespace {

bool is_file(const std::filesystem::path& path) {
  std::error_code problem;
  return std::filesystem::is_regular_file(path, problem);
}

}  // namespace

std::string source_on_disk(std::string_view file, const std::string& working_directory,
                           const std::string& root) {
  if (root.empty()) {
    if (is_file(file)) return std::string(file);
    const std::filesystem::path there = std::filesystem::path(working_directory) / file;
    return is_file(there) ? there.string() : std::string();
  }
  for (std::string_view rest = file; !rest.empty();) {
    rest.remove_prefix(std::min(rest.find_first_not_of('/'), rest.size()));
    const std::filesystem::path path = std::filesystem::path(root) / rest;
    if (!rest.empty() && is_file(path)) return path.string();
    rest.remove_prefix(std::min(rest.find('/'), rest.size()));
  }
  return {};
}

}  // namespace heaptally
