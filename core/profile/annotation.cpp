#include "core/profile/annotation.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/base/error.h"
#include "core/profile/near_names.h"

namespace heaptally {
namespace {

constexpr std::size_t kListed = 6;

bool is_source(const Places& places, PlaceId id) {
  return id != kUnknownPlace && id != kCutPlace && places[id].source;
}

std::vector<std::string_view> source_files(const Places& places) {
  std::set<std::string_view> files;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (is_source(places, PlaceId(i))) files.insert(places.where(PlaceId(i)));
  }
  return {files.begin(), files.end()};
}

// Whether `path` ends in `end`, from the name of a folder or file on.
bool ends_in(std::string_view path, std::string_view end) {
  if (!path.ends_with(end)) return false;
  const std::size_t rest = path.size() - end.size();
  return rest == 0 || end.starts_with('/') || path[rest - 1] == '/';
}

std::vector<std::string_view> matching_files(const std::vector<std::string_view>& files,
                                             std::string_view wanted) {
  while (wanted.starts_with("./")) wanted.remove_prefix(2);
  if (std::find(files.begin(), files.end(), wanted) != files.end()) return {wanted};
  std::vector<std::string_view> found;
  for (const std::string_view file : files) {
    if (!wanted.empty() && ends_in(file, wanted)) found.push_back(file);
  }
  if (!found.empty()) return found;
  for (const std::string_view file : files) {
    if (!file.empty() && ends_in(wanted, file)) found.push_back(file);
  }
  return found;
}

// Skips a bracketed stretch that ends before `end`, backwards: the place of its opening bracket.
std::size_t opening(std::string_view text, std::size_t end, char open, char close) {
  int depth = 0;
  for (std::size_t i = end; i-- > 0;) {
    if (text[i] == close) ++depth;
    if (text[i] == open && --depth == 0) return i;
  }
  return std::string_view::npos;
}

// Without its parameters and what follows them.
std::string_view without_parameters(std::string_view function) {
  const std::size_t close = function.rfind(')');
  if (close == std::string_view::npos || function.ends_with("operator()")) return function;
  const std::size_t open = opening(function, close + 1, '(', ')');
  return open == std::string_view::npos || open == 0 ? function : function.substr(0, open);
}

// Without the template arguments at its end.
std::string_view without_arguments(std::string_view function) {
  const bool has_some =
      function.ends_with('>') && function.find("operator") == std::string_view::npos;
  const std::size_t open =
      has_some ? opening(function, function.size(), '<', '>') : std::string_view::npos;
  return open == std::string_view::npos || open == 0 ? function : function.substr(0, open);
}

bool ends_in_name(std::string_view function, std::string_view name) {
  if (function == name) return true;
  return !name.empty() && function.ends_with(name) &&
         function.substr(0, function.size() - name.size()).ends_with("::");
}

std::pair<std::uint32_t, std::uint32_t> lines_of(const Profile& profile, std::string_view file,
                                                 const std::string& name) {
  const Places& places = profile.places();
  std::set<std::string_view> functions;
  std::set<std::uint32_t> lines;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const PlaceId id = PlaceId(i);
    if (!is_source(places, id) || places.where(id) != file) continue;
    functions.insert(places.function(id));
    if (places[id].line != 0 && is_function_called(places.function(id), name)) {
      lines.insert(places[id].line);
    }
  }
  if (!lines.empty()) return {*lines.begin(), *lines.rbegin()};
  const std::vector<std::string_view> all(functions.begin(), functions.end());
  const std::vector<std::string_view> near = near_names(name, all);
  throw Error("--function " + name, "no line of such a function is known",
              near.empty() ? "there are " + list_of_names(all, kListed)
                           : "near ones are " + list_of_names(near, kListed),
              ExitCode::kUsage);
}

}  // namespace

std::string_view find_source(const Profile& profile, std::string_view wanted) {
  const std::vector<std::string_view> files = source_files(profile.places());
  if (files.empty()) {
    throw Error(std::string(wanted), "the recording knows no source files",
                "heaptally resolve adds them from debug files");
  }
  const std::vector<std::string_view> found = matching_files(files, wanted);
  if (found.size() == 1) {
    return *std::find(files.begin(), files.end(), found.front());
  }
  if (found.size() > 1) {
    throw Error(std::string(wanted), std::to_string(found.size()) + " files end so",
                "give more of the path: " + list_of_names(found, kListed), ExitCode::kUsage);
  }
  const std::vector<std::string_view> near = near_names(wanted, files);
  throw Error(std::string(wanted), "no such source file in the recording",
              near.empty() ? "there are " + list_of_names(files, kListed)
                           : "near ones are " + list_of_names(near, kListed),
              ExitCode::kUsage);
}

bool is_function_called(std::string_view function, std::string_view name) {
  const std::string_view bare = without_parameters(function);
  return function == name || ends_in_name(bare, name) ||
         ends_in_name(without_arguments(bare), name);
}

Annotation annotate(const Profile& profile, const AnnotationSnapshots& snapshots, Query query,
                    std::string_view file, const std::optional<std::string>& function) {
  Annotation result{.file = file, .lines = {}, .sum = {}, .function = {}};
  if (function) result.function = lines_of(profile, file, *function);
  query.group = Group::kLine;
  query.limit = 0;
  const Places& places = profile.places();
  std::map<std::uint32_t, AnnotatedLine> lines;
  const auto add = [&](const Snapshot& snapshot, Amount AnnotatedLine::*column) {
    for (const Statistic& row : unordered_statistics(profile, snapshot, query).rows) {
      const PlaceId id = row.key.place;
      if (!is_source(places, id) || places.where(id) != file) continue;
      const std::uint32_t line = places[id].line;
      if (result.function && (line < result.function->first || line > result.function->second)) {
        continue;
      }
      lines[line].*column += row.amount;
      result.sum.*column += row.amount;
    }
  };
  add(snapshots.live, &AnnotatedLine::live);
  add(snapshots.peak, &AnnotatedLine::peak);
  add(snapshots.total, &AnnotatedLine::total);
  for (auto& [line, amounts] : lines) {
    amounts.line = line;
    result.lines.push_back(amounts);
  }
  return result;
}

}  // namespace heaptally
