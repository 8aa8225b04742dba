#include "viewer/app/frame_parts.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>
#include <imgui/imgui.h>
#include <nlohmann/json.hpp>

#include "core/profile/losses.h"
#include "core/report/wording.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

constexpr ImGuiWindowFlags kOverlay = ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoCollapse |
                                      ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings;

void list_keys(View& view, Menu menu) {
  ImGui::PushFont(view.fonts.large);
  text(name_of(menu));
  ImGui::PopFont();
  ImGui::PushID(static_cast<int>(menu));
  if (ImGui::BeginTable("keys", 2)) {
    ImGui::TableSetupColumn("key", ImGuiTableColumnFlags_WidthFixed, ImGui::GetFontSize() * 7.5F);
    for (const ActionInfo& info : all_actions()) {
      if (info.menu != menu || info.shortcut.empty()) continue;
      ImGui::TableNextRow();
      ImGui::TableNextColumn();
      coloured_text(view.palette().accent, info.shortcut);
      ImGui::TableNextColumn();
      text(info.label);
    }
    ImGui::EndTable();
  }
  ImGui::PopID();
  ImGui::Spacing();
}

void list_mouse(View& view) {
  ImGui::PushFont(view.fonts.large);
  text("Mouse");
  ImGui::PopFont();
  for (const char* line :
       {"Drag over the timeline: choose a range", "Wheel over it: zoom",
        "Right click: what can be done with a row", "Drop one or two recordings: open them"}) {
    text(line);
  }
}

// A row of text as wide as the page, in its middle, to be clicked.
bool recent_row(const std::string& file, std::size_t number, float width) {
  ImGui::PushID(static_cast<int>(number));
  const std::string shown = fitted(printable(file), width - 16, true);
  ImGui::SetCursorPosX((ImGui::GetWindowWidth() - width) / 2);
  const bool is_clicked = ImGui::Button(shown.c_str(), {width, 0});
  ImGui::PopID();
  return is_clicked;
}

}  // namespace

void draw_tab_row(View& view) {
  ImDrawList& draw = *ImGui::GetWindowDrawList();
  const float size = ImGui::GetFontSize() * 0.78F;
  const ImVec2 padding = ImGui::GetStyle().FramePadding;
  for (std::size_t i = 0; i < kPanels; ++i) {
    const auto id = static_cast<PanelId>(i);
    const bool is_shown = view.panel == id;
    if (i > 0) ImGui::SameLine(0, 2);
    // Blanks make room for the number.
    const std::string label = "   " + std::string(name_of(id));
    if (toggle(view, label.c_str(), is_shown)) view.show(id);
    name_area(view, "tab:" + std::string(title_of(id)));
    const ImVec2 at = ImGui::GetItemRectMin();
    const Palette& palette = view.palette();
    const Colour32 colour =
        is_shown ? with_alpha(text_on(palette.accent), 0.75F) : palette.faint_text;
    const char digit = static_cast<char>('1' + i);
    draw.AddText(view.fonts.text, size,
                 {at.x + padding.x * 0.75F, at.y + padding.y + ImGui::GetFontSize() - size - 1},
                 colour, &digit, &digit + 1);
  }
}

void draw_help(View& view, bool& shows) {
  if (!shows) return;
  const ImVec2 space = ImGui::GetMainViewport()->Size;
  const float width = std::min(space.x * 0.96F, ImGui::GetFontSize() * 78);
  ImGui::SetNextWindowPos({space.x / 2, space.y / 2}, 0, {0.5F, 0.5F});
  ImGui::SetNextWindowSize({width, 0});
  ImGui::SetNextWindowFocus();
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1);
  const bool is_seen = ImGui::Begin("Keys", &shows, kOverlay);
  ImGui::PopStyleVar();
  if (is_seen && ImGui::BeginTable("columns", 3)) {
    ImGui::TableNextColumn();
    list_keys(view, Menu::kFile);
    list_keys(view, Menu::kSelection);
    ImGui::TableNextColumn();
    list_keys(view, Menu::kTime);
    list_keys(view, Menu::kHelp);
    list_mouse(view);
    ImGui::TableNextColumn();
    list_keys(view, Menu::kCalls);
    list_keys(view, Menu::kView);
    ImGui::EndTable();
  }
  ImGui::End();
}

bool draw_loading(View& view, const Loader& loader) {
  const ImVec2 space = ImGui::GetMainViewport()->Size;
  ImGui::SetNextWindowPos({space.x / 2, space.y * 0.4F}, 0, {0.5F, 0.5F});
  ImGui::SetNextWindowSize({ImGui::GetFontSize() * 32, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1);
  ImGui::Begin("Loading", nullptr, kOverlay);
  ImGui::PopStyleVar();
  const std::string step = loader.step();
  text(step.empty() ? "Opening" : step);
  ImGui::SameLine();
  const std::string name = printable(loader.file().filename().string());
  faint_text(view, fitted(name, ImGui::GetContentRegionAvail().x));
  ImGui::ProgressBar(static_cast<float>(loader.share()), {-1, 0}, "");
  const bool cancels = ImGui::Button("Cancel");
  name_area(view, "loading:cancel");
  ImGui::SameLine();
  ImGui::AlignTextToFramePadding();
  faint_text(view, "Esc");
  ImGui::End();
  return cancels;
}

std::optional<std::filesystem::path> draw_nothing_open(View& view, const std::string& problem) {
  std::optional<std::filesystem::path> chosen;
  const float status = ImGui::GetFrameHeightWithSpacing();
  ImGui::BeginChild("nothing", {0, ImGui::GetContentRegionAvail().y - status});
  if (problem.empty()) {
    empty_state(view, "No recording is open",
                "Record a program with `heaptally record PROGRAM`, then open the file or drop it "
                "here.");
  } else {
    empty_state(view, "It cannot be opened", printable(problem));
  }
  ImGui::Dummy({0, ImGui::GetFontSize()});
  const float button = ImGui::GetFontSize() * 12;
  ImGui::SetCursorPosX((ImGui::GetWindowWidth() - button) / 2);
  if (ImGui::Button("Open... (Ctrl+O)", {button, 0})) view.choose(Action::kOpen);
  name_area(view, "nothing:open");
  if (!view.settings.recent.empty()) {
    const float width = std::min(ImGui::GetWindowWidth() * 0.8F, ImGui::GetFontSize() * 44);
    ImGui::Dummy({0, ImGui::GetFontSize()});
    ImGui::SetCursorPosX((ImGui::GetWindowWidth() - width) / 2);
    faint_text(view, "Recent");
    for (std::size_t i = 0; i < view.settings.recent.size(); ++i) {
      if (recent_row(view.settings.recent[i], i, width)) chosen = view.settings.recent[i];
    }
  }
  ImGui::EndChild();
  return chosen;
}

void StatusBar::draw(View& view) {
  const Palette& palette = view.palette();
  shown_.clear();
  Colour32 colour = palette.text;
  if (view.recording) {
    const auto line = line_.ask(
        view.worker, view.selection(), [recording = view.recording](const Selection& selection) {
          const Measured measured = measure(*recording, selection);
          std::string phrase = phrase_of(*recording, selection, measured);
          if (!measured.note.empty()) phrase += "; " + measured.note;
          return Line{.phrase = std::move(phrase),
                      .is_incomplete = is_incomplete(recording->data().header)};
        });
    // Of a problem the panel tells.
    if (line) shown_ = line->phrase;
    if (line && line->is_incomplete) colour = palette.warning;
  }
  if (!view.notice.empty()) {
    shown_ = view.notice;
    colour = view.notice_is_problem ? palette.warning : palette.text;
  }
  const bool counts = view.recording && !view.worker.is_idle();
  const std::string right = !view.recording ? ""
                            : counts        ? "counting …"
                                            : printable(view.recording->name());
  const float space = ImGui::GetContentRegionAvail().x;
  const float room = ImGui::GetFontSize() * 20;
  ImGui::AlignTextToFramePadding();
  coloured_text(colour, fitted(printable(shown_), std::max(room, space - room)));
  if (!shown_.empty()) tooltip(printable(shown_));
  if (right.empty()) return;
  ImGui::SameLine();
  const std::string cut = fitted(right, room * 0.95F, true);
  const float width = ImGui::CalcTextSize(cut.data(), cut.data() + cut.size()).x;
  ImGui::SetCursorPosX(ImGui::GetWindowWidth() - ImGui::GetStyle().WindowPadding.x - width);
  faint_text(view, cut);
  tooltip(printable(view.recording->file().string()));
}

void StatusBar::tell_state(nlohmann::json& state) const { state = printable(shown_); }

}  // namespace heaptally::view
