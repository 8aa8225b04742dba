// Folder: what a dialog for choosing a file lists.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace heaptally::view {

struct FolderEntry {
  std::string name;
  bool is_folder = false;
  std::uint64_t size = 0;         // bytes
  std::int64_t changed_unix = 0;  // seconds
};

struct Folder {
  std::filesystem::path path;
  std::vector<FolderEntry> entries;  // folders first, each by name
};

// Of files only those whose name ends in `suffix`, or all where it is empty; hidden ones are left
// out. Errors: Error if it cannot be read.
Folder list_folder(const std::filesystem::path& path, const std::string& suffix);

// What is meant by a text that was typed while `folder` was shown: ~ is the home, and what does not
// begin at the root is below the folder.
std::filesystem::path typed_path(std::string_view text, const std::filesystem::path& folder);

}  // namespace heaptally::view
