#include "viewer/app/workspace.h"

#include <utility>

#include <fmt/format.h>
#include <imgui/imgui.h>
#include <nlohmann/json.hpp>

#include "core/profile/losses.h"
#include "core/profile/moment.h"
#include "core/report/wording.h"
#include "viewer/app/selection_bar.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

constexpr float kTimelineShare = 0.24F;  // of the window's height
constexpr float kLeastTimeline = 120;

void list_keys(const View& view, Menu menu) {
  ImGui::PushFont(view.fonts.large);
  text(name_of(menu));
  ImGui::PopFont();
  if (!ImGui::BeginTable("keys", 2)) return;
  ImGui::TableSetupColumn("key", ImGuiTableColumnFlags_WidthFixed, ImGui::GetFontSize() * 9);
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

}  // namespace

Workspace::Workspace(std::function<void()> wake)
    : view_(wake), loader_(std::move(wake)), panels_(make_panels()) {}

void Workspace::open(const std::filesystem::path& file, bool as_other) {
  (as_other ? next_other_ : next_) = file;
}

void Workspace::take_loaded() {
  if (const auto result = loader_.take()) {
    if (!result->problem.empty()) view_.tell(result->problem, true);
    if (result->problem.empty() && !result->recording) view_.tell("Cancelled");
    if (result->recording) {
      if (result->as_other) {
        view_.other = result->recording;
        view_.show(PanelId::kCompare);
      } else {
        view_.recording = result->recording;
        view_.history.reset();
        view_.axis = TimeAxis(run_time(view_.recording->data()));
        view_.a.reset();
        view_.b.reset();
        view_.kept.clear();
        view_.source.reset();
      }
      view_.notice.clear();
      ++view_.generation;
      timeline_.forget();
      for (const auto& panel : panels_) panel->forget();
    }
    view_.redraw = true;
  }
  if (loader_.is_loading()) return;
  if (next_) {
    loader_.start(*std::exchange(next_, std::nullopt), false);
  } else if (next_other_) {
    loader_.start(*std::exchange(next_other_, std::nullopt), true);
  }
}

bool Workspace::is_settled() const {
  return !loader_.is_loading() && !next_ && !next_other_ && view_.worker.is_idle() &&
         !view_.redraw;
}

void Workspace::do_actions() {
  view_.asked = pressed_actions() | view_.chosen;
  view_.chosen.reset();
  const auto asked = [&](Action action) { return view_.is_asked(action); };
  if (asked(Action::kQuit)) wants_to_quit_ = true;
  if (asked(Action::kHelp)) shows_help_ = !shows_help_;
  if (asked(Action::kDark)) {
    view_.settings.dark = !view_.settings.dark;
    view_.redraw = true;
  }
  for (std::size_t i = 0; i < kPanels; ++i) {
    const auto action = static_cast<Action>(static_cast<std::size_t>(Action::kPanel1) + i);
    if (asked(action)) view_.show(static_cast<PanelId>(i));
  }
  if (asked(Action::kBack)) view_.history.back();
  if (asked(Action::kForward)) view_.history.forward();
  change_selection(view_);
}

void Workspace::draw() {
  view_.redraw = false;
  take_loaded();
  do_actions();
  const ImGuiViewport& viewport = *ImGui::GetMainViewport();
  ImGui::SetNextWindowPos(viewport.Pos);
  ImGui::SetNextWindowSize(viewport.Size);
  constexpr ImGuiWindowFlags kFlags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                      ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_MenuBar |
                                      ImGuiWindowFlags_NoBringToFrontOnFocus;
  ImGui::Begin("heaptally", nullptr, kFlags);
  draw_menus();
  if (view_.recording) {
    draw_selection_bar();
    const float height = std::max(kLeastTimeline, viewport.Size.y * kTimelineShare);
    timeline_.draw(view_, height);
    draw_tabs();
  } else {
    draw_nothing_open();
  }
  draw_status();
  ImGui::End();
  draw_loading();
  draw_help();
}

void Workspace::draw_menus() {
  if (!ImGui::BeginMenuBar()) return;
  for (const Menu menu : {Menu::kFile, Menu::kSelection, Menu::kTime, Menu::kCalls, Menu::kView,
                          Menu::kHelp}) {
    if (!ImGui::BeginMenu(std::string(name_of(menu)).c_str())) continue;
    for (const ActionInfo& info : all_actions()) {
      if (info.menu != menu) continue;
      const std::string label(info.label);
      const std::string shortcut(info.shortcut);
      if (ImGui::MenuItem(label.c_str(), shortcut.c_str())) view_.choose(info.action);
    }
    ImGui::EndMenu();
  }
  ImGui::EndMenuBar();
}

void Workspace::draw_selection_bar() { draw_selection(view_); }

void Workspace::draw_tabs() {
  const float status = ImGui::GetFrameHeightWithSpacing();
  for (std::size_t i = 0; i < kPanels; ++i) {
    const auto id = static_cast<PanelId>(i);
    if (i > 0) ImGui::SameLine(0, 2);
    if (toggle(view_, std::string(name_of(id)).c_str(), view_.panel == id)) view_.show(id);
  }
  const PanelId shown = view_.panel;
  ImGui::BeginChild("panel", {0, ImGui::GetContentRegionAvail().y - status}, true);
  panel(shown).draw(view_);
  ImGui::EndChild();
  // A panel led to another one.
  if (view_.panel != shown) view_.redraw = true;
}

void Workspace::draw_status() {
  if (!view_.notice.empty()) {
    coloured_text(view_.notice_is_problem ? view_.palette().warning : view_.palette().text,
                  view_.notice);
    return;
  }
  if (!view_.recording) return;
  faint_text(view_, view_.recording->file().string());
  if (!view_.worker.is_idle()) {
    ImGui::SameLine();
    faint_text(view_, "counting …");
  }
}

void Workspace::draw_loading() {
  if (!loader_.is_loading()) return;
  const ImVec2 size = ImGui::GetMainViewport()->Size;
  ImGui::SetNextWindowPos({size.x / 2, size.y * 0.4F}, 0, {0.5F, 0.5F});
  ImGui::SetNextWindowSize({ImGui::GetFontSize() * 30, 0});
  ImGui::Begin("Loading", nullptr,
               ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoCollapse |
                   ImGuiWindowFlags_NoSavedSettings);
  text(loader_.step());
  ImGui::SameLine();
  faint_text(view_, loader_.file().filename().string());
  ImGui::ProgressBar(static_cast<float>(loader_.share()), {-1, 0}, "");
  if (ImGui::Button("Cancel")) loader_.cancel();
  ImGui::End();
}

void Workspace::draw_nothing_open() {
  empty_state(view_, "No recording is open",
              "Record a program with `heaptally record PROGRAM`, then open the file: Ctrl+O, or "
              "drop it here.");
  const float left = ImGui::GetContentRegionAvail().y - ImGui::GetFrameHeightWithSpacing();
  ImGui::Dummy({0, std::max(0.0F, left - ImGui::GetStyle().ItemSpacing.y)});
}

void Workspace::draw_help() {
  if (!shows_help_) return;
  const ImVec2 size = ImGui::GetMainViewport()->Size;
  ImGui::SetNextWindowPos({size.x / 2, size.y / 2}, ImGuiCond_Appearing, {0.5F, 0.5F});
  ImGui::SetNextWindowSize({size.x * 0.7F, size.y * 0.8F}, ImGuiCond_Appearing);
  if (ImGui::Begin("Keys", &shows_help_,
                   ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoSavedSettings)) {
    for (const Menu menu : {Menu::kFile, Menu::kSelection, Menu::kTime, Menu::kCalls, Menu::kView,
                            Menu::kHelp}) {
      ImGui::PushID(static_cast<int>(menu));
      list_keys(view_, menu);
      ImGui::PopID();
    }
  }
  ImGui::End();
}

nlohmann::json Workspace::state() const {
  nlohmann::json state;
  state["file"] = view_.recording ? view_.recording->file().string() : "";
  state["other"] = view_.other ? view_.other->file().string() : "";
  state["panel"] = title_of(view_.panel);
  state["notice"] = view_.notice;
  state["dark"] = view_.settings.dark;
  state["can_go_back"] = view_.history.can_go_back();
  state["can_go_forward"] = view_.history.can_go_forward();
  tell_selection(view_.selection(), state["selection"]);
  timeline_.tell_state(view_, state["timeline"]);
  if (view_.recording) {
    nlohmann::json& shown = state["shown"];
    shown = nlohmann::json::object();
    panel(view_.panel).tell_state(view_, shown);
  }
  state["settled"] = is_settled();
  return state;
}

}  // namespace heaptally::view
