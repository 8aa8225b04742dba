#include "viewer/panels/rows.h"

#include <algorithm>

#include <GLFW/glfw3.h>
#include <imgui/imgui.h>

namespace heaptally::view {
namespace {

RowMouse mouse_at(float top, float bottom) {
  RowMouse mouse;
  const float y = ImGui::GetIO().MousePos.y;
  mouse.is_over = y >= top && y < bottom && ImGui::IsWindowHovered();
  if (!mouse.is_over) return mouse;
  mouse.clicked = ImGui::IsMouseClicked(ImGuiMouseButton_Left);
  mouse.entered = ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);
  mouse.asks_menu = ImGui::IsMouseReleased(ImGuiMouseButton_Right);
  return mouse;
}

}  // namespace

RowMouse table_row(const View& view, bool chosen) {
  const float padding = ImGui::GetStyle().CellPadding.y;
  const float height = ImGui::GetTextLineHeight() + 2 * padding;
  const float top = ImGui::GetCursorScreenPos().y - padding;
  // What is below the header is not under the pointer.
  const float first = ImGui::GetWindowPos().y + height;
  const RowMouse mouse = mouse_at(std::max(top, first), top + height);
  if (chosen) {
    ImGui::TableSetBgColor(ImGuiTableBgTarget_RowBg1, with_alpha(view.palette().accent, 0.22F));
  } else if (mouse.is_over) {
    ImGui::TableSetBgColor(ImGuiTableBgTarget_RowBg1, with_alpha(view.palette().accent, 0.08F));
  }
  return mouse;
}

RowMouse list_row(const View& view, bool chosen) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float height = ImGui::GetTextLineHeightWithSpacing();
  const float top = at.y - ImGui::GetStyle().ItemSpacing.y / 2;
  const RowMouse mouse = mouse_at(top, top + height);
  const float right = at.x + ImGui::GetContentRegionAvail().x;
  const float left = ImGui::GetWindowPos().x + 2;
  if (chosen || mouse.is_over) {
    ImGui::GetWindowDrawList()->AddRectFilled(
        {left, top}, {right + 4, top + height},
        with_alpha(view.palette().accent, chosen ? 0.22F : 0.08F), 3);
  }
  return mouse;
}

RowKeys row_keys(std::size_t& chosen, std::size_t rows, std::size_t page) {
  RowKeys keys;
  const ImGuiIO& io = ImGui::GetIO();
  const bool is_busy = io.WantTextInput || io.KeyCtrl || io.KeyAlt || io.KeyShift ||
                       ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopup);
  if (is_busy || rows == 0) return keys;
  const auto last = static_cast<std::ptrdiff_t>(rows) - 1;
  const bool has_one = chosen < rows;
  const auto from = has_one ? static_cast<std::ptrdiff_t>(chosen) : -1;
  const auto step = static_cast<std::ptrdiff_t>(std::max<std::size_t>(page, 2) - 1);
  std::ptrdiff_t to = from;
  if (ImGui::IsKeyPressed(GLFW_KEY_DOWN)) to = from + 1;
  if (ImGui::IsKeyPressed(GLFW_KEY_UP)) to = from - 1;
  if (ImGui::IsKeyPressed(GLFW_KEY_PAGE_DOWN)) to = from + step;
  if (ImGui::IsKeyPressed(GLFW_KEY_PAGE_UP)) to = from - step;
  if (ImGui::IsKeyPressed(GLFW_KEY_HOME)) to = 0;
  if (ImGui::IsKeyPressed(GLFW_KEY_END)) to = last;
  if (to != from) {
    chosen = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(to, 0, last));
    keys.moved = true;
  }
  keys.entered = has_one && (ImGui::IsKeyPressed(GLFW_KEY_ENTER, false) ||
                             ImGui::IsKeyPressed(GLFW_KEY_KP_ENTER, false));
  return keys;
}

void scroll_to_row(std::size_t row, float height, float above) {
  const float top = static_cast<float>(row) * height;
  const float room = ImGui::GetWindowHeight() - above - ImGui::GetStyle().ScrollbarSize;
  const float scroll = ImGui::GetScrollY();
  if (top < scroll) ImGui::SetScrollY(top);
  if (top + height > scroll + room) ImGui::SetScrollY(top + height - room);
}

float splitter(const View& view, const char* id, bool horizontal, float length) {
  constexpr float kThickness = 6;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 size = horizontal ? ImVec2(length, kThickness) : ImVec2(kThickness, length);
  ImGui::InvisibleButton(id, size);
  const bool is_live = ImGui::IsItemHovered() || ImGui::IsItemActive();
  if (is_live) {
    ImGui::SetMouseCursor(horizontal ? ImGuiMouseCursor_ResizeNS : ImGuiMouseCursor_ResizeEW);
  }
  const Colour32 colour = is_live ? view.palette().accent : view.palette().grid;
  const ImVec2 middle = {at.x + size.x / 2, at.y + size.y / 2};
  const ImVec2 from = horizontal ? ImVec2(at.x, middle.y) : ImVec2(middle.x, at.y);
  const ImVec2 to = horizontal ? ImVec2(at.x + size.x, middle.y) : ImVec2(middle.x, at.y + size.y);
  ImGui::GetWindowDrawList()->AddLine(from, to, colour, 2);
  if (!ImGui::IsItemActive()) return 0;
  return horizontal ? ImGui::GetIO().MouseDelta.y : ImGui::GetIO().MouseDelta.x;
}

}  // namespace heaptally::view
