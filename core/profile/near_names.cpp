#include "core/profile/near_names.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace heaptally {
namespace {

// A function's parameters are not what is mistyped, and long names would take long to compare.
constexpr std::size_t kCompared = 64;

std::string_view last_part(std::string_view name) {
  const std::size_t parameters = name.find('(');
  if (parameters != std::string_view::npos && parameters != 0) name = name.substr(0, parameters);
  const std::size_t separator = name.find_last_of("/:");
  if (separator != std::string_view::npos) name.remove_prefix(separator + 1);
  return name.substr(0, kCompared);
}

// Characters to insert, remove or replace.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::vector<std::string_view> near_names(std::string_view wanted,
                                         const std::vector<std::string_view>& names) {
  const std::string_view part = last_part(wanted);
  const std::size_t most = std::max<std::size_t>(1, part.size() / 3);
  std::vector<std::pair<std::size_t, std::string_view>> found;
  for (const std::string_view name : names) {
    const bool holds = !part.empty() && name.find(part) != std::string_view::npos;
    const std::size_t changes = holds ? 0 : distance(part, last_part(name));
    if (changes <= most) found.emplace_back(changes, name);
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string_view> result;
  result.reserve(found.size());
  for (const auto& [changes, name] : found) result.push_back(name);
  return result;
}

std::string list_of_names(const std::vector<std::string_view>& names, std::size_t limit) {
  std::string text;
  for (std::size_t i = 0; i < std::min(limit, names.size()); ++i) {
    if (i != 0) text += ", ";
    for (const char character : names[i]) {
      const auto byte = static_cast<unsigned char>(character);
      text += byte < 0x20 || byte == 0x7F ? '?' : character;
    }
  }
  if (names.size() > limit) text += " and " + std::to_string(names.size() - limit) + " more";
  return text;
}

}  // namespace heaptally
