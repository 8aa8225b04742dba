#include <algorithm>
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
namespace {

constexpr float kIndent = 2;  // of frames below their heading, in letters

}  // namespace

StacksPane::Shown StacksPane::show(const Recording& recording, const Lines& lines, const Key& key) {
  const Profile& profile = recording.profile(lines.question.selection.raw);
  Shown shown;
  shown.stacks = stacks_of(recording, lines, key);
  const std::size_t count = shown.stacks.rows.size();
  shown.frames.reserve(count);
  for (std::uint32_t stack = 0; stack < count; ++stack) {
    shown.frames.push_back(frames_of(profile, shown.stacks.rows[stack].trace));
    const std::vector<StackFrame>& frames = shown.frames.back();
    const auto folded = static_cast<std::uint32_t>(std::count_if(
        frames.begin(), frames.end(), [](const StackFrame& frame) { return frame.is_machinery; }));
    const Line heading{.stack = stack, .frame = 0, .folded = 0};
    shown.lines.push_back(heading);
    shown.folded.push_back(heading);
    if (folded != 0) shown.folded.push_back({.stack = stack, .frame = 1, .folded = folded});
    for (std::uint32_t frame = 1; frame <= frames.size(); ++frame) {
      const Line line{.stack = stack, .frame = frame, .folded = 0};
      shown.lines.push_back(line);
      if (frame > folded) shown.folded.push_back(line);
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
  ImGui::AlignTextToFramePadding();
  text(title);
  ImGui::SameLine();
  faint_text(view, "most recent call first");
  ImGui::SameLine(0, ImGui::GetFontSize());
  if (toggle(view, "Machinery", shows_machinery_)) shows_machinery_ = !shows_machinery_;
  tooltip("Also show the frames of the allocator and of libraries below the line that is charged");
  if (view.is_asked(Action::kCopyStack)) copy_stack(view, profile, chosen_);
  const std::vector<Line>& rows = shows_machinery_ ? stacks_->lines : stacks_->folded;
  ImGui::BeginChild("stack lines");
  ImGui::SetCursorPosY(ImGui::GetStyle().ItemSpacing.y / 2);
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(rows.size()), ImGui::GetTextLineHeightWithSpacing());
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      ImGui::PushID(i);
      draw_line(view, lines, rows[static_cast<std::size_t>(i)]);
      ImGui::PopID();
    }
  }
  if (std::exchange(opens_menu_, false)) ImGui::OpenPopup("frame menu");
  draw_menu(view, profile);
  ImGui::EndChild();
}

void StacksPane::draw_line(View& view, const Lines& lines, const Line& line) {
  if (line.frame == 0) {
    draw_heading(view, lines, line.stack);
    return;
  }
  const Profile& profile = view.recording->profile(lines.question.selection.raw);
  const RowMouse mouse = list_row(view, false);
  const StackFrame& frame = stacks_->frames[line.stack][line.frame - 1];
  if (mouse.clicked || mouse.asks_menu) chosen_ = line.stack;
  if (line.folded != 0) {
    ImGui::SetCursorPosX(ImGui::GetCursorPosX() + ImGui::GetFontSize() * kIndent);
    faint_text(view,
               fmt::format("{} of the allocator and libraries …", counted(line.folded, "frame")));
    if (mouse.clicked) shows_machinery_ = true;
    return;
  }
  if (mouse.entered) {
    show_source_of(view, names_of(profile, Group::kLine, {.place = frame.place}));
  }
  if (mouse.asks_menu) {
    menu_place_ = frame.place;
    opens_menu_ = true;
  }
  draw_frame(view, profile, frame);
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
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + ImGui::GetStyle().CellPadding.x);
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

void StacksPane::draw_frame(View& view, const Profile& profile, const StackFrame& frame) {
  const Places& places = profile.places();
  const std::string function = short_function(places, frame.place);
  const std::string place = short_place(places, frame.place);
  const Colour32 colour = frame.is_machinery ? view.palette().faint_text : view.palette().text;
  const float left = ImGui::GetCursorPosX() + ImGui::GetFontSize() * kIndent;
  const float width = ImGui::GetContentRegionAvail().x - ImGui::GetFontSize() * kIndent;
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
