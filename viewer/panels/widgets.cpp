#include "viewer/panels/widgets.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include <fmt/format.h>
#include <imgui/imgui.h>
#include <imgui/imgui_stdlib.h>

#include "core/base/size_text.h"
#include "core/report/wording.h"

namespace heaptally::view {
namespace {

constexpr std::string_view kEllipsis = "…";

float width_of(std::string_view text) {
  return ImGui::CalcTextSize(text.data(), text.data() + text.size()).x;
}

// Whether a character of UTF-8 may be cut before this byte.
bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U; }

void centred(std::string_view text) {
  const float space = ImGui::GetContentRegionAvail().x - width_of(text);
  if (space > 0) ImGui::SetCursorPosX(ImGui::GetCursorPosX() + space / 2);
  wrapped_text(text);
}

}  // namespace

std::string amount_text(SortBy unit, Amount amount) {
  return unit == SortBy::kSize ? size_text(amount.bytes) : grouped_text(amount.count);
}

std::string change_text(SortBy unit, Change change) {
  if (unit == SortBy::kSize) return signed_size_text(change.bytes);
  const std::string digits =
      grouped_text(static_cast<std::uint64_t>(change.count < 0 ? -change.count : change.count));
  return (change.count < 0 ? "-" : "+") + digits;
}

std::string whole_text(Amount amount) {
  return size_text(amount.bytes) + " in " + counted(amount.count, "block");
}

std::string fitted(std::string_view text, float width, bool keep_end) {
  if (width_of(text) <= width) return std::string(text);
  const float room = width - width_of(kEllipsis);
  if (room <= 0) return {};
  std::size_t least = 0;
  std::size_t most = text.size();
  const auto part = [&](std::size_t length) {
    return keep_end ? text.substr(text.size() - length) : text.substr(0, length);
  };
  while (least < most) {
    const std::size_t middle = (least + most + 1) / 2;
    if (width_of(part(middle)) <= room) {
      least = middle;
    } else {
      most = middle - 1;
    }
  }
  while (least > 0 && least < text.size() &&
         !begins_character(keep_end ? text[text.size() - least] : text[least])) {
    --least;
  }
  const std::string kept(part(least));
  return keep_end ? std::string(kEllipsis) + kept : kept + std::string(kEllipsis);
}

void text(std::string_view text) { ImGui::TextUnformatted(text.data(), text.data() + text.size()); }

void right_text(std::string_view content) {
  const float space = ImGui::GetContentRegionAvail().x - width_of(content);
  if (space > 0) ImGui::SetCursorPosX(ImGui::GetCursorPosX() + space);
  text(content);
}

void coloured_text(Colour32 colour, std::string_view content) {
  ImGui::PushStyleColor(ImGuiCol_Text, colour);
  text(content);
  ImGui::PopStyleColor();
}

void faint_text(const View& view, std::string_view content) {
  coloured_text(view.palette().faint_text, content);
}

void wrapped_text(std::string_view content) {
  ImGui::PushTextWrapPos(0);
  text(content);
  ImGui::PopTextWrapPos();
}

void bar_cell(const View& view, std::string_view content, double share, Colour32 bar) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const float height = ImGui::GetTextLineHeight();
  const float filled = width * static_cast<float>(std::clamp(share, 0.0, 1.0));
  if (filled >= 0.5F) {
    ImGui::GetWindowDrawList()->AddRectFilled({at.x, at.y}, {at.x + filled, at.y + height}, bar, 2);
  }
  (void)view;
  right_text(content);
}

void tooltip(std::string_view content) {
  if (!ImGui::IsItemHovered()) return;
  ImGui::BeginTooltip();
  ImGui::PushTextWrapPos(ImGui::GetFontSize() * 45);
  text(content);
  ImGui::PopTextWrapPos();
  ImGui::EndTooltip();
}

void empty_state(const View& view, std::string_view title, std::string_view advice) {
  ImGui::Dummy({0, ImGui::GetContentRegionAvail().y * 0.28F});
  ImGui::PushFont(view.fonts.large);
  centred(title);
  ImGui::PopFont();
  ImGui::PushStyleColor(ImGuiCol_Text, view.palette().faint_text);
  centred(advice);
  ImGui::PopStyleColor();
}

void waiting_state(const View& view) { empty_state(view, "Counting", "The answer is on its way."); }

void progress_state(const View& view, std::string_view title, double share) {
  empty_state(view, title, fmt::format("{:.0f} %", share * 100));
  const float width = std::min(ImGui::GetFontSize() * 20, ImGui::GetContentRegionAvail().x);
  ImGui::SetCursorPosX((ImGui::GetWindowWidth() - width) / 2);
  ImGui::ProgressBar(static_cast<float>(share), {width, ImGui::GetFontSize() / 3}, "");
}

void problem_state(const View& view, std::string_view problem) {
  empty_state(view, "No answer", problem);
}

bool search_box(const char* id, const char* hint, std::string& content, bool focus, float width) {
  ImGui::SetNextItemWidth(width);
  if (focus) ImGui::SetKeyboardFocusHere();
  return ImGui::InputTextWithHint(id, hint, &content);
}

bool choice(const char* id, const std::vector<std::string>& names, std::size_t& chosen,
            float width) {
  bool changed = false;
  ImGui::SetNextItemWidth(width);
  if (!ImGui::BeginCombo(id, names.at(chosen).c_str(), ImGuiComboFlags_HeightLarge)) return false;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!ImGui::Selectable(names[i].c_str(), i == chosen)) continue;
    changed = i != chosen;
    chosen = i;
  }
  ImGui::EndCombo();
  return changed;
}

bool toggle(const View& view, const char* label, bool on) {
  if (on) {
    ImGui::PushStyleColor(ImGuiCol_Button, view.palette().accent);
    ImGui::PushStyleColor(ImGuiCol_ButtonHovered, view.palette().accent);
    ImGui::PushStyleColor(ImGuiCol_Text, text_on(view.palette().accent));
  }
  const bool pressed = ImGui::Button(label);
  if (on) ImGui::PopStyleColor(3);
  return pressed;
}

bool has_text(std::string_view content, std::string_view needle) {
  const auto lower = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  return std::search(content.begin(), content.end(), needle.begin(), needle.end(), lower) !=
         content.end();
}

void header_row(const std::vector<bool>& left) {
  ImGui::TableNextRow(ImGuiTableRowFlags_Headers);
  const int columns = ImGui::TableGetColumnCount();
  const bool can_sort = ImGui::TableGetSortSpecs() != nullptr;
  for (int i = 0; i < columns; ++i) {
    if (!ImGui::TableSetColumnIndex(i)) continue;
    const char* const title = ImGui::TableGetColumnName(i);
    if (static_cast<std::size_t>(i) < left.size() && !left[static_cast<std::size_t>(i)]) {
      // Dear ImGui keeps room for an arrow on the right wherever a column can be sorted by.
      const float arrow =
          can_sort ? std::floor(ImGui::GetFontSize() * 0.65F + ImGui::GetStyle().FramePadding.x) + 1
                   : 0;
      const float space =
          ImGui::GetContentRegionAvail().x - ImGui::CalcTextSize(title, nullptr, true).x - arrow;
      if (space > 0) ImGui::SetCursorPosX(ImGui::GetCursorPosX() + space);
    }
    ImGui::PushID(i);
    ImGui::TableHeader(title);
    ImGui::PopID();
  }
}

void name_area(View& view, std::string_view name) {
  if (!view.names_areas) return;
  const ImVec2 from = ImGui::GetItemRectMin();
  const ImVec2 size = ImGui::GetItemRectSize();
  view.areas[std::string(name)] = {from.x, from.y, size.x, size.y};
}

}  // namespace heaptally::view
