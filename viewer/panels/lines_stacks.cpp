#include <utility>

#include <fmt/format.h>
#include <imgui/imgui.h>

#include "core/profile/portable_key.h"
#include "core/profile/tree.h"
#include "core/report/wording.h"
#include "viewer/panels/key_menu.h"
#include "viewer/panels/lines_parts.h"
#include "viewer/panels/rows.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {

StacksPane::Shown StacksPane::show(const Recording& recording, const Lines& lines, const Key& key) {
  const Profile& profile = recording.profile(lines.question.selection.raw);
  Shown shown;
  shown.stacks = stacks_of(recording, lines, key);
  const std::size_t count = shown.stacks.rows.size();
  shown.frames.reserve(count);
  for (std::uint32_t stack = 0; stack < count; ++stack) {
    shown.frames.push_back(frames_of(profile, shown.stacks.rows[stack].trace));
    shown.lines.push_back({.stack = stack, .frame = 0});
    for (std::uint32_t frame = 1; frame <= shown.frames.back().size(); ++frame) {
      shown.lines.push_back({.stack = stack, .frame = frame});
    }
  }
  return shown;
}

void StacksPane::draw(View& view, const std::shared_ptr<const Lines>& lines, const Key* key) {
  if (key == nullptr) {
    stacks_.reset();
    empty_state(view, "No row is chosen", "Choose one to see its stacks: click, or ↑ and ↓.");
    return;
  }
  const auto recording = view.recording;
  const Profile& profile = recording->profile(lines->question.selection.raw);
  const std::uint64_t number =
      hash_of(portable_key(profile, lines->question.group, *key, /*numbered=*/true));
  const auto shown = slot_.ask(view.worker, {.lines = lines, .key = number},
                               [recording, key = *key](const Question& question) {
                                 return show(*recording, *question.lines, key);
                               });
  if (!is_shown(view, shown)) return;
  if (stacks_ != shown.answer) chosen_ = 0;
  stacks_ = shown.answer;
  // The lines they were made for say in which sense their numbers are meant.
  draw_lines(view, *shown.question.lines);
}

void StacksPane::draw_lines(View& view, const Lines& lines) {
  const Profile& profile = view.recording->profile(lines.question.selection.raw);
  const std::size_t shown = stacks_->stacks.rows.size();
  std::string title = counted(stacks_->stacks.all, "stack");
  if (shown < stacks_->stacks.all) title += fmt::format(", the greatest {} shown", shown);
  text(title);
  ImGui::SameLine();
  faint_text(view, "most recent call first");
  if (view.is_asked(Action::kCopyStack)) copy_stack(view, profile, chosen_);
  ImGui::BeginChild("stack lines");
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(stacks_->lines.size()), ImGui::GetTextLineHeightWithSpacing());
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const Line line = stacks_->lines[static_cast<std::size_t>(i)];
      ImGui::PushID(i);
      if (line.frame == 0) {
        draw_heading(view, lines, line.stack);
      } else {
        const RowMouse mouse = list_row(view, false);
        const StackFrame& frame = stacks_->frames[line.stack][line.frame - 1];
        if (mouse.clicked) chosen_ = line.stack;
        const KeyNames names =
            mouse.entered ? names_of(profile, Group::kLine, {.place = frame.place}) : KeyNames();
        if (mouse.entered) show_source_of(view, names);
        if (mouse.asks_menu) {
          chosen_ = line.stack;
          menu_place_ = frame.place;
        }
        draw_frame(view, profile, frame, line.frame == 1);
        ImGui::PopID();
        if (mouse.asks_menu) ImGui::OpenPopup("frame menu");
        continue;
      }
      ImGui::PopID();
    }
  }
  draw_menu(view, profile);
  ImGui::EndChild();
}

void StacksPane::draw_heading(View& view, const Lines& lines, std::uint32_t stack) {
  const StackRow& row = stacks_->stacks.rows[stack];
  const RowMouse mouse = list_row(view, stack == chosen_);
  if (mouse.clicked) chosen_ = stack;
  const SortBy unit = lines.question.selection.unit;
  std::string label;
  if (lines.measured.before) {
    label = fmt::format("{}  ({} blocks)", change_text(SortBy::kSize, row.change),
                        change_text(SortBy::kCount, row.change));
  } else {
    label = fmt::format("{}   {}", whole_text(row.amount),
                        percent_text(measure(unit, row.amount), measure(unit, lines.kept)));
  }
  faint_text(view, fmt::format("{}.", stack + 1));
  ImGui::SameLine();
  text(label);
  const float width = ImGui::CalcTextSize("Copy").x + 2 * ImGui::GetStyle().FramePadding.x;
  const float right = ImGui::GetWindowContentRegionMax().x - width;
  if (mouse.is_over || stack == chosen_) {
    ImGui::SameLine(right);
    if (ImGui::SmallButton("Copy")) {
      copy_stack(view, view.recording->profile(lines.question.selection.raw), stack);
    }
  }
}

void StacksPane::draw_frame(View& view, const Profile& profile, const StackFrame& frame,
                            bool is_first) {
  const Places& places = profile.places();
  const std::string function = short_function(places, frame.place);
  const std::string place = short_place(places, frame.place);
  const Colour32 colour = frame.is_machinery ? view.palette().faint_text : view.palette().text;
  const float left = ImGui::GetCursorPosX() + ImGui::GetFontSize() * 1.6F;
  const float width = ImGui::GetContentRegionAvail().x - ImGui::GetFontSize() * 1.6F;
  (void)is_first;
  ImGui::SetCursorPosX(left);
  const bool is_source = places[frame.place].source;
  if (function.empty() || !is_source) {
    coloured_text(colour, fitted(place, width, true));
    return;
  }
  const float for_function = width * 0.5F;
  const std::string shown = fitted(function, for_function);
  coloured_text(colour, shown);
  const float taken = ImGui::CalcTextSize(shown.c_str()).x + ImGui::GetFontSize();
  ImGui::SameLine(left + taken);
  faint_text(view, fitted(place, width - taken, true));
}

void StacksPane::draw_menu(View& view, const Profile& profile) {
  if (!ImGui::BeginPopup("frame menu")) return;
  const std::string label = short_place(profile.places(), menu_place_);
  faint_text(view, fitted(label, ImGui::GetFontSize() * 24, true));
  ImGui::Separator();
  key_menu_items(view, names_of(profile, Group::kLine, {.place = menu_place_}), label);
  if (ImGui::MenuItem("Copy the stack", "Shift+C")) copy_stack(view, profile, chosen_);
  ImGui::EndPopup();
}

void StacksPane::copy_stack(View& view, const Profile& profile, std::uint32_t stack) const {
  if (stack < stacks_->stacks.rows.size()) {
    view.copy(stack_text(profile, stacks_->stacks.rows[stack].trace));
  }
}

}  // namespace heaptally::view
