#include <algorithm>
#include <cctype>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "core/base/size_text.h"
#include "core/report/wording.h"
#include "viewer/model/calls.h"

namespace heaptally::view {
namespace {

// A text with capitals made small, to be searched for in others.
std::string lowered(std::string_view text) {
  std::string result(text);
  for (char& character : result) {
    character = static_cast<char>(std::tolower(static_cast<unsigned char>(character)));
  }
  return result;
}

bool has_lowered(std::string_view text, std::string_view needle) {
  const auto is_same = [](char a, char b) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(a))) == b;
  };
  return std::search(text.begin(), text.end(), needle.begin(), needle.end(), is_same) != text.end();
}

// Purpose: whether texts have a needle in them, found out once for each. Texts live as long as the
//   recordings, so a view's address tells them apart.
class TextSearch {
 public:
  explicit TextSearch(const std::string& needle) : needle_(lowered(needle)) {}

  bool operator()(std::string_view text) {
    const auto [found, is_new] = answers_.emplace(text.data(), false);
    if (is_new) found->second = has_lowered(text, needle_);
    return found->second;
  }

 private:
  std::string needle_;
  std::unordered_map<const void*, bool> answers_;
};

// The matches in the order in which one reads them: a call, then what it calls.
std::vector<std::uint32_t> matches_in_order(const Calls& calls, const std::vector<bool>& matches) {
  std::vector<std::uint32_t> order;
  std::vector<std::uint32_t> open = {0};
  while (!open.empty()) {
    const std::uint32_t node = open.back();
    open.pop_back();
    if (matches[node]) order.push_back(node);
    const Call& call = calls[node];
    for (std::uint32_t i = call.children; i > 0; --i) open.push_back(call.first_child + i - 1);
  }
  return order;
}

}  // namespace

CallMatches find_calls(std::shared_ptr<const Calls> calls, const std::string& needle) {
  CallMatches found;
  found.needle = needle;
  found.matches.resize(calls->nodes().size());
  if (!needle.empty()) {
    TextSearch search(needle);
    const Group group = calls->question().group;
    std::vector<bool> inside(found.matches.size());
    for (std::uint32_t i = 1; i < found.matches.size(); ++i) {
      const Call& call = (*calls)[i];
      const Places& places = calls->profile_of(call).places();
      bool is_match = false;
      if (group == Group::kModule) {
        is_match = search(places.module(call.place));
      } else {
        is_match = search(places.where(call.place)) ||
                   (group != Group::kFile && search(places.function(call.place)));
      }
      found.matches[i] = is_match;
      inside[i] = is_match || inside[call.parent];
      if (is_match && !inside[call.parent]) {
        found.covered.before += call.cumulative.before;
        found.covered.after += call.cumulative.after;
      }
    }
    found.nodes = matches_in_order(*calls, found.matches);
  }
  found.calls = std::move(calls);
  return found;
}

std::string Calls::stack_text(std::uint32_t node) const {
  const Call& call = nodes_[node];
  std::string text = fmt::format("{} in {}", size_text(call.cumulative.after.bytes),
                                 counted(call.cumulative.after.count, "block"));
  std::vector<std::uint32_t> nodes = path(node);
  if (!question_.bottom_up) std::reverse(nodes.begin(), nodes.end());
  for (const std::uint32_t each : nodes) {
    if (each != 0) text += "\n  " + label(each);
  }
  return text + "\n";
}

}  // namespace heaptally::view
