// Settings: what the viewer remembers from one start to the next.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace heaptally::view {

// Value.
struct Settings {
  bool dark = false;
  std::string editor;  // a command; empty: $VISUAL or $EDITOR
  std::vector<std::pair<std::string, std::string>>
      source_paths;                 // a beginning, and what replaces it
  std::vector<std::string> recent;  // recordings, the last one first

  friend bool operator==(const Settings&, const Settings&) = default;
};

inline constexpr std::size_t kMostRecent = 12;

// Puts a recording first of the recent ones.
void remember(Settings& settings, const std::filesystem::path& file);

// heaptally/view.json in $XDG_CONFIG_HOME, or else in ~/.config. Nothing: there is no home.
std::optional<std::filesystem::path> settings_file();

// What is usual, where there is no file yet. Errors: Error if it cannot be read, or makes no sense.
Settings load_settings(const std::filesystem::path& file);
// Makes the folder, too. Errors: Error.
void save_settings(const Settings& settings, const std::filesystem::path& file);

}  // namespace heaptally::view
