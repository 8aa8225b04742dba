#include "viewer/panels/call_search.h"

#include <algorithm>
#include <utility>

#include <GLFW/glfw3.h>
#include <imgui/imgui.h>

#include "viewer/panels/call_parts.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {

std::ptrdiff_t CallSearch::draw(View& view) {
  const float width = ImGui::GetFontSize() * 15;
  ImGui::SameLine();
  std::string found;
  if (!text_.empty()) found = matches_ ? matches_text(*matches_) : "…";
  float taken = width;
  if (!found.empty()) {
    taken += ImGui::CalcTextSize(found.c_str()).x + ImGui::GetStyle().ItemSpacing.x;
  }
  const float space = ImGui::GetContentRegionAvail().x - taken;
  if (space > 0) ImGui::SetCursorPosX(ImGui::GetCursorPosX() + space);
  if (!found.empty()) {
    ImGui::AlignTextToFramePadding();
    coloured_text(view.palette().match, found);
    ImGui::SameLine();
  }
  changed_ |= search_box("##search", "Search (Ctrl+F)", text_, view.is_asked(Action::kFind), width);
  const bool left = ImGui::IsItemDeactivated();
  tooltip("Enter: the next match. Shift+Enter: the one before");
  if (!left || !ImGui::IsKeyPressed(GLFW_KEY_ENTER, false)) return 0;
  return ImGui::GetIO().KeyShift ? -1 : 1;
}

void CallSearch::ask(View& view, const std::shared_ptr<const Calls>& calls) {
  matches_.reset();
  if (text_.empty()) return;
  const auto shown =
      slot_.ask(view.worker, Question{.calls = calls, .needle = text_},
                [](const Question& asked) { return find_calls(asked.calls, asked.needle); });
  // Matches are by node, so those of another answer are none of this one.
  if (shown && shown->calls == calls) matches_ = shown.answer;
}

void CallSearch::forget() {
  slot_.forget();
  matches_.reset();
}

std::optional<std::uint32_t> CallSearch::step(std::uint32_t from, std::ptrdiff_t by) const {
  if (!matches_ || matches_->nodes.empty()) return {};
  const auto& nodes = matches_->nodes;
  const auto found = std::find(nodes.begin(), nodes.end(), from);
  if (found == nodes.end()) return nodes.front();
  const auto count = static_cast<std::ptrdiff_t>(nodes.size());
  const std::ptrdiff_t next = (found - nodes.begin()) + by;
  return nodes[static_cast<std::size_t>((next % count + count) % count)];
}

bool CallSearch::found_anew() {
  if (!changed_ || !matches_ || matches_->needle != text_) return false;
  return std::exchange(changed_, false);
}

}  // namespace heaptally::view
