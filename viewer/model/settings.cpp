#include "viewer/model/settings.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "viewer/model/written_file.h"

namespace heaptally::view {
namespace {

using Json = nlohmann::json;

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

void remember(Settings& settings, const std::filesystem::path& file) {
  std::error_code problem;
  const std::filesystem::path whole = std::filesystem::absolute(file, problem);
  const std::string name = (problem ? file : whole.lexically_normal()).string();
  auto& recent = settings.recent;
  recent.erase(std::remove(recent.begin(), recent.end(), name), recent.end());
  recent.insert(recent.begin(), name);
  if (recent.size() > kMostRecent) recent.resize(kMostRecent);
}

std::optional<std::filesystem::path> settings_file() {
  // A relative one is invalid by the specification, and ignored.
  const std::filesystem::path configured = variable("XDG_CONFIG_HOME");
  if (configured.is_absolute()) return configured / "heaptally" / "view.json";
  const std::filesystem::path home = variable("HOME");
  if (!home.is_absolute()) return {};
  return home / ".config" / "heaptally" / "view.json";
}

Settings load_settings(const std::filesystem::path& file) {
  std::error_code problem;
  if (!std::filesystem::exists(file, problem)) return {};
  Settings settings;
  try {
    std::ifstream in(file);
    std::ostringstream text;
    text << in.rdbuf();
    const Json json = Json::parse(text.str());
    settings.dark = json.value("dark", false);
    settings.editor = json.value("editor", "");
    const auto none = Json::array();
    for (const Json& pair : json.value("source_paths", none)) {
      settings.source_paths.emplace_back(pair.at(0).get<std::string>(),
                                         pair.at(1).get<std::string>());
    }
    for (const Json& recording : json.value("recent", none)) {
      if (settings.recent.size() < kMostRecent) settings.recent.push_back(recording);
    }
  } catch (const Json::exception&) {
    throw Error(file.string(), "makes no sense as settings",
                "what is usual is taken; remove the file or mend it");
  }
  return settings;
}

void save_settings(const Settings& settings, const std::filesystem::path& file) {
  Json json;
  json["dark"] = settings.dark;
  json["editor"] = settings.editor;
  json["source_paths"] = settings.source_paths;
  json["recent"] = settings.recent;
  std::error_code problem;
  std::filesystem::create_directories(file.parent_path(), problem);
  // Names of files need not be UTF-8.
  const std::string text = json.dump(2, ' ', false, Json::error_handler_t::replace);
  write_whole_file(file, [&](std::ostream& out) { out << text << '\n'; });
}

}  // namespace heaptally::view
