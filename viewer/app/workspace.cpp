#include "viewer/app/workspace.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include <GLFW/glfw3.h>
#include <imgui/imgui.h>
#include <nlohmann/json.hpp>

#include "core/profile/moment.h"
#include "viewer/app/menus.h"
#include "viewer/app/selection_bar.h"
#include "viewer/panels/exported_table.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

constexpr float kTimelineShare = 0.24F;  // of the window's height
constexpr float kLeastTimeline = 120;

// The recordings are to be closed: nothing waits for them.
void give_up(const View& view) {
  for (const auto& recording : {view.recording, view.other}) {
    if (recording) recording->give_up();
  }
}

bool has_timeline(const std::shared_ptr<const Recording>& recording) {
  return !recording || recording->has_timeline();
}

}  // namespace

Workspace::Workspace(std::function<void()> wake)
    : view_(wake), loader_(wake), dialog_(std::move(wake)), panels_(make_panels()) {}

Workspace::~Workspace() { give_up(view_); }

void Workspace::open(const std::filesystem::path& file, bool as_other) {
  (as_other ? next_other_ : next_) = file;
}

void Workspace::forget_answers() {
  ++view_.generation;
  timeline_.forget();
  filter_field_.forget();
  status_.forget();
  for (const auto& panel : panels_) panel->forget();
}

void Workspace::take(const LoadResult& result) {
  problem_ = result.problem;
  if (!result.problem.empty()) view_.tell(result.problem, true);
  if (result.problem.empty() && !result.recording) view_.tell("Cancelled");
  std::error_code ignored;
  if (!result.problem.empty() && !std::filesystem::exists(result.file, ignored)) {
    auto& recent = view_.settings.recent;
    recent.erase(std::remove(recent.begin(), recent.end(), result.file.string()), recent.end());
  }
  if (!result.recording) return;
  if (result.as_other && view_.recording) {
    view_.other = result.recording;
    view_.show(PanelId::kCompare);
  } else {
    give_up(view_);
    view_.recording = result.recording;
    view_.other.reset();
    view_.history.reset();
    view_.axis = TimeAxis(run_time(view_.recording->data()));
    view_.a.reset();
    view_.b.reset();
    view_.kept.clear();
    view_.source.reset();
  }
  remember(view_.settings, result.file);
  view_.notice.clear();
  forget_answers();
}

void Workspace::take_loaded() {
  if (const auto result = loader_.take()) {
    take(*result);
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
  return !loader_.is_loading() && !next_ && !next_other_ && has_timeline(view_.recording) &&
         has_timeline(view_.other) && view_.worker.is_idle() && dialog_.is_settled() &&
         !export_.is_going_on() && !picture_wanted_ && !view_.redraw;
}

void Workspace::swap_recordings() {
  if (!view_.recording || !view_.other) return;
  std::swap(view_.recording, view_.other);
  // Moments of the one mean nothing in the other.
  Selection selection = view_.changed();
  selection.range.reset();
  view_.history.reset(std::move(selection));
  view_.axis = TimeAxis(run_time(view_.recording->data()));
  view_.a.reset();
  view_.b.reset();
  view_.kept.clear();
  forget_answers();
}

void Workspace::ask_for_file(FileQuestion question, std::optional<Action> action) {
  file_for_ = action;
  std::filesystem::path folder = view_.recording ? view_.recording->file().parent_path() : "";
  if (folder.empty()) folder = ".";
  dialog_.open(std::move(question), folder);
}

void Workspace::do_file_actions() {
  const auto asked = [&](Action action) { return view_.is_asked(action); };
  if (asked(Action::kOpen)) {
    ask_for_file({.title = "Open a recording",
                  .button = "Open",
                  .suffix = ".heaptally",
                  .name = {},
                  .saves = false},
                 Action::kOpen);
  }
  if (asked(Action::kOpenOther) && view_.recording) {
    ask_for_file({.title = "Compare with a recording",
                  .button = "Compare",
                  .suffix = ".heaptally",
                  .name = {},
                  .saves = false},
                 Action::kOpenOther);
  }
  if (asked(Action::kCloseOther) && view_.other) {
    view_.other->give_up();
    view_.other.reset();
    forget_answers();
  }
  if (asked(Action::kSwap)) swap_recordings();
  if (!view_.recording) return;
  copy_what_is_shown();
  for (const Action action : {Action::kExportCsv, Action::kExportText, Action::kExportPng,
                              Action::kExportHtml, Action::kExportFolded}) {
    if (!asked(action)) continue;
    const ExportKind kind = *export_of(action);
    const bool is_table = kind == ExportKind::kCsv || kind == ExportKind::kText;
    if (is_table && !panel(view_.panel).table(view_)) {
      view_.tell("There is no table here to export; Lines (2) has one", true);
    } else {
      ask_for_file(question_of(kind, view_), action);
    }
  }
}

void Workspace::copy_what_is_shown() {
  const Panel& shown = panel(view_.panel);
  if (view_.is_asked(Action::kCopyCommand)) {
    const std::string command = shown.command(view_);
    if (command.empty()) {
      view_.tell("No heaptally command gives just this answer", true);
    } else {
      view_.copy("heaptally " + command);
    }
  }
  if (view_.is_asked(Action::kCopyTable)) {
    if (const auto table = shown.table(view_)) {
      std::ostringstream lines;
      write_text(*table, lines);
      view_.copy(lines.str());
    } else {
      view_.tell("There is no table here to copy; Lines (2) has one", true);
    }
  }
}

// What the dialog was opened for is done with the file that was chosen.
void Workspace::take_file(const std::filesystem::path& file) {
  const Action action = file_for_.value_or(Action::kOpen);
  if (action == Action::kOpen || action == Action::kOpenOther) {
    return open(file, action == Action::kOpenOther);
  }
  const auto kind = export_of(action);
  if (!kind || !view_.recording || export_.is_going_on()) return;
  if (*kind == ExportKind::kPng) {
    picture_wanted_ = file;
    return;
  }
  std::function<void()> write;
  const auto recording = view_.recording;
  if (*kind == ExportKind::kHtml) {
    write = [recording, other = view_.other, selection = view_.changed(), file] {
      export_page(*recording, other.get(), selection, file);
    };
  } else if (*kind == ExportKind::kFolded) {
    write = [recording, selection = view_.changed(), file] {
      export_folded(*recording, selection, file);
    };
  } else {
    auto table = panel(view_.panel).table(view_);
    if (!table) return;
    const auto shared = std::make_shared<const Table>(std::move(*table));
    write = [kind = *kind, shared, file] { export_table(kind, *shared, file); };
  }
  view_.tell("Writing " + file.string() + " …");
  export_.start(view_.worker, std::move(write), "Written: " + file.string());
}

void Workspace::do_actions() {
  // Keys are the dialog's while there is one.
  view_.asked = dialog_.is_open() ? view_.chosen : pressed_actions() | view_.chosen;
  view_.chosen.reset();
  const auto asked = [&](Action action) { return view_.is_asked(action); };
  // What was told has been read.
  if (view_.asked.any() || ImGui::IsMouseClicked(0)) view_.notice.clear();
  const bool escapes = asked(Action::kBack) && ImGui::IsKeyPressed(GLFW_KEY_ESCAPE, false);
  if (escapes && (loader_.is_loading() || shows_help_)) {
    if (loader_.is_loading()) loader_.cancel();
    shows_help_ = false;
    view_.asked.reset(static_cast<std::size_t>(Action::kBack));
  }
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
  const bool is_taken = std::exchange(view_.takes_back, false);
  if (asked(Action::kBack) && !is_taken) view_.history.back();
  if (asked(Action::kForward)) view_.history.forward();
  do_file_actions();
  change_selection(view_);
}

void Workspace::draw() {
  view_.redraw = false;
  view_.areas.clear();
  ++frames_;
  take_loaded();
  export_.tell(view_);
  do_actions();
  const ImGuiViewport& viewport = *ImGui::GetMainViewport();
  ImGui::SetNextWindowPos(viewport.Pos);
  ImGui::SetNextWindowSize(viewport.Size);
  constexpr ImGuiWindowFlags kFlags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                      ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_MenuBar |
                                      ImGuiWindowFlags_NoBringToFrontOnFocus;
  ImGui::Begin("heaptally", nullptr, kFlags);
  draw_content();
  ImGui::End();
  draw_dialogs();
}

void Workspace::draw_content() {
  std::optional<std::filesystem::path> recent;
  if (ImGui::BeginMenuBar()) {
    recent = draw_menus(view_);
    ImGui::EndMenuBar();
  }
  if (view_.recording) {
    draw_selection(view_, filter_field_);
    const float space = ImGui::GetMainViewport()->Size.y;
    timeline_.draw(view_, std::max(kLeastTimeline, space * kTimelineShare));
    name_area(view_, "timeline");
    draw_tab_row(view_);
    draw_panel();
  } else {
    recent = draw_nothing_open(view_, problem_);
  }
  status_.draw(view_);
  if (recent) open(*recent);
}

void Workspace::draw_panel() {
  const float status = ImGui::GetFrameHeightWithSpacing();
  const PanelId shown = view_.panel;
  ImGui::BeginChild("panel", {0, ImGui::GetContentRegionAvail().y - status}, true);
  panel(shown).draw(view_);
  ImGui::EndChild();
  name_area(view_, "panel");
  // A panel led to another one.
  if (view_.panel != shown) view_.redraw = true;
}

void Workspace::draw_dialogs() {
  if (loader_.is_loading() && draw_loading(view_, loader_)) loader_.cancel();
  draw_help(view_, shows_help_);
  if (const auto file = dialog_.draw(view_)) {
    take_file(*file);
    view_.redraw = true;
  }
}

nlohmann::json Workspace::state() const {
  nlohmann::json state;
  state["file"] = view_.recording ? view_.recording->file().string() : "";
  state["other"] = view_.other ? view_.other->file().string() : "";
  state["panel"] = title_of(view_.panel);
  state["notice"] = view_.notice;
  state["problem"] = view_.notice_is_problem && !view_.notice.empty();
  state["dark"] = view_.settings.dark;
  state["recent"] = view_.settings.recent;
  state["can_go_back"] = view_.history.can_go_back();
  state["can_go_forward"] = view_.history.can_go_forward();
  state["loading"] = loader_.is_loading();
  state["help"] = shows_help_;
  state["frames"] = frames_;
  state["clipboard"] = view_.clipboard;
  tell_selection(view_.selection(), state["selection"]);
  timeline_.tell_state(view_, state["timeline"]);
  filter_field_.tell_state(state["filter"]);
  dialog_.tell_state(state["dialog"]);
  status_.tell_state(state["status"]);
  auto& areas = state["areas"] = nlohmann::json::object();
  for (const auto& [name, area] : view_.areas) areas[name] = area;
  if (view_.recording) {
    nlohmann::json& shown = state["shown"];
    shown = nlohmann::json::object();
    panel(view_.panel).tell_state(view_, shown);
  }
  state["settled"] = is_settled();
  return state;
}

}  // namespace heaptally::view
