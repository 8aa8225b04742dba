// The list and the buttons of the dialog for files.
#include <array>
#include <ctime>

#include <GLFW/glfw3.h>
#include <imgui/imgui.h>

#include "core/base/size_text.h"
#include "core/report/wording.h"
#include "viewer/app/file_dialog.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

std::string date_text(std::int64_t unix_seconds) {
  const auto time = static_cast<std::time_t>(unix_seconds);
  std::tm local = {};
  std::array<char, 32> text = {};
  if (localtime_r(&time, &local) == nullptr) return {};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M", &local);
  return {text.data(), length};
}

}  // namespace

void FileDialog::draw_folder(View& view, float height) {
  ImGui::BeginChild("folder", {0, height}, true, ImGuiWindowFlags_NoNav);
  if (!problem_.empty()) {
    ImGui::PushStyleColor(ImGuiCol_Text, view.palette().warning);
    wrapped_text(printable(problem_));
    ImGui::PopStyleColor();
  } else if (shown_ && rows_.empty()) {
    const bool is_narrowed = !shown_->entries.empty();
    faint_text(view, is_narrowed                 ? "Nothing here has this in its name."
                     : question_->suffix.empty() ? "The folder is empty."
                                                 : "There is no recording here, and no folder.");
  }
  constexpr ImGuiTableFlags kFlags = ImGuiTableFlags_ScrollY | ImGuiTableFlags_SizingStretchProp;
  if (problem_.empty() && !rows_.empty() && ImGui::BeginTable("files", 3, kFlags)) {
    const float unit = ImGui::GetFontSize();
    ImGui::TableSetupScrollFreeze(0, 1);
    ImGui::TableSetupColumn("Name");
    ImGui::TableSetupColumn("Size", ImGuiTableColumnFlags_WidthFixed, unit * 6);
    ImGui::TableSetupColumn("Changed", ImGuiTableColumnFlags_WidthFixed, unit * 9);
    ImGui::TableHeadersRow();
    const std::size_t rows = rows_.size();
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(rows));
    if (scrolls_)
      clipper.ForceDisplayRangeByIndices(static_cast<int>(row_), static_cast<int>(row_) + 1);
    while (clipper.Step()) {
      for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
        if (static_cast<std::size_t>(i) < rows_.size()) draw_row(view, static_cast<std::size_t>(i));
      }
    }
    scrolls_ = false;
    ImGui::EndTable();
  }
  ImGui::EndChild();
}

void FileDialog::draw_row(View& view, std::size_t row) {
  const FolderEntry& entry = shown_->entries[rows_[row]];
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  ImGui::PushID(static_cast<int>(row));
  const bool is_marked = !in_recent_ && row == row_ && (!question_->saves || row_was_moved_to_);
  constexpr ImGuiSelectableFlags kFlags =
      ImGuiSelectableFlags_SpanAllColumns | ImGuiSelectableFlags_AllowDoubleClick;
  const float left = ImGui::GetCursorPosX();
  const bool is_clicked = ImGui::Selectable("##entry", is_marked, kFlags);
  if (row < 30) name_area(view, "files:" + entry.name);
  if (is_marked && scrolls_) ImGui::SetScrollHereY(0.5F);
  ImGui::SameLine();
  ImGui::SetCursorPosX(left);
  const std::string name = printable(entry.name) + (entry.is_folder ? "/" : "");
  const float width = ImGui::GetContentRegionAvail().x;
  if (entry.is_folder) {
    coloured_text(view.palette().accent, fitted(name, width));
  } else {
    text(fitted(name, width));
  }
  ImGui::TableNextColumn();
  if (!entry.is_folder) right_text(size_text(entry.size));
  ImGui::TableNextColumn();
  faint_text(view, date_text(entry.changed_unix));
  ImGui::PopID();
  if (!is_clicked) return;
  row_ = row;
  row_was_moved_to_ = true;
  in_recent_ = false;
  // A click on a folder goes there; a file is marked by one click, and chosen by two.
  if (entry.is_folder || ImGui::IsMouseDoubleClicked(0)) {
    choose(shown_->path / entry.name);
  } else if (question_->saves) {
    text_ = entry.name;
    row_was_moved_to_ = false;
  }
}

void FileDialog::draw_buttons(View& view) {
  faint_text(view, question_->saves ? "Enter writes, Esc closes"
                                    : "Arrows and Enter choose, Backspace goes up, Esc closes");
  const float unit = ImGui::GetFontSize() * 7;
  const float left = ImGui::GetContentRegionAvail().x - 2 * unit - ImGui::GetStyle().ItemSpacing.x;
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + left);
  if (ImGui::Button("Cancel", {unit, 0})) return close();
  ImGui::SameLine();
  if (ImGui::Button(question_->button.c_str(), {unit, 0})) enter(view);
  name_area(view, "files:choose");
}

void FileDialog::draw_question(View& view) {
  wrapped_text(printable(to_replace_->string()) + " is there already.");
  wrapped_text("Replace it?");
  const float unit = ImGui::GetFontSize() * 7;
  const bool keeps =
      ImGui::Button("Keep it", {unit, 0}) || ImGui::IsKeyPressed(GLFW_KEY_ESCAPE, false);
  ImGui::SameLine();
  const bool replaces =
      ImGui::Button("Replace", {unit, 0}) || ImGui::IsKeyPressed(GLFW_KEY_ENTER, false);
  name_area(view, "files:replace");
  ImGui::NewLine();
  faint_text(view, "Enter replaces, Esc keeps");
  if (replaces) chosen_ = to_replace_;
  if (replaces || keeps) to_replace_.reset();
  focuses_ = keeps;
}

}  // namespace heaptally::view
