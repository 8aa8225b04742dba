#include "viewer/model/folder.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>

#include "core/base/error.h"

namespace heaptally::view {
namespace {

bool comes_before(const FolderEntry& a, const FolderEntry& b) {
  if (a.is_folder != b.is_folder) return a.is_folder;
  return a.name < b.name;
}

}  // namespace

Folder list_folder(const std::filesystem::path& path, const std::string& suffix) {
  Folder folder{.path = path, .entries = {}};
  std::error_code problem;
  std::filesystem::directory_iterator each(path, problem);
  for (; !problem && each != std::filesystem::directory_iterator(); each.increment(problem)) {
    FolderEntry entry;
    entry.name = each->path().filename().string();
    if (entry.name.starts_with('.')) continue;
    struct stat status = {};
    if (stat(each->path().c_str(), &status) != 0) continue;
    entry.is_folder = S_ISDIR(status.st_mode);
    if (!entry.is_folder && (!S_ISREG(status.st_mode) || !entry.name.ends_with(suffix))) continue;
    entry.size = static_cast<std::uint64_t>(status.st_size);
    entry.changed_unix = status.st_mtim.tv_sec;
    folder.entries.push_back(std::move(entry));
  }
  if (problem) {
    throw Error(path.string(), "cannot be listed: " + problem.message(), "go to another folder");
  }
  std::sort(folder.entries.begin(), folder.entries.end(), comes_before);
  return folder;
}

std::filesystem::path typed_path(std::string_view text, const std::filesystem::path& folder) {
  const char* const home = std::getenv("HOME");
  if (home != nullptr && (text == "~" || text.starts_with("~/"))) {
    text.remove_prefix(std::min<std::size_t>(text.size(), 2));
    return text.empty() ? std::filesystem::path(home) : std::filesystem::path(home) / text;
  }
  return (folder / text).lexically_normal();
}

}  // namespace heaptally::view
