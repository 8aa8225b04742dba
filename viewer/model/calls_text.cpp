#include <algorithm>
#include <array>
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

// Purpose: whether what a call is has a needle in it, found out once for each place and text.
class CallMatcher {
 public:
  CallMatcher(const Calls& calls, const std::string& needle)
      : calls_(calls), needle_(lowered(needle)) {}

  bool operator()(const Call& call) {
    std::vector<Answer>& answers = by_place_.at(call.vanished ? 1 : 0);
    const Places& places = calls_.profile_of(call).places();
    if (answers.empty()) answers.resize(places.size());
    Answer& answer = answers[index_of(call.place)];
    if (answer == Answer::kUnknown)
      answer = matches(places, call.place) ? Answer::kYes : Answer::kNo;
    return answer == Answer::kYes;
  }

 private:
  enum class Answer : std::uint8_t { kUnknown, kYes, kNo };

  bool matches(const Places& places, PlaceId place) {
    const Group group = calls_.question().group;
    if (group == Group::kModule) return has_needle(places.module(place));
    if (has_needle(places.where(place))) return true;
    return group != Group::kFile && has_needle(places.function(place));
  }
  // Texts live as long as the recordings, so a view's address tells them apart.
  bool has_needle(std::string_view text) {
    const auto [found, is_new] = by_text_.emplace(text.data(), false);
    if (is_new) found->second = has_lowered(text, needle_);
    return found->second;
  }

  const Calls& calls_;
  std::string needle_;
  std::array<std::vector<Answer>, 2> by_place_;  // of the newer profile, of the older one
  std::unordered_map<const void*, bool> by_text_;
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
    CallMatcher match(*calls, needle);
    std::vector<bool> inside(found.matches.size());
    for (std::uint32_t i = 1; i < found.matches.size(); ++i) {
      const Call& call = (*calls)[i];
      const bool is_match = match(call);
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
