#include "viewer/app/file_dialog.h"

#include <algorithm>
#include <utility>

#include <GLFW/glfw3.h>
#include <imgui/imgui.h>
#include <imgui/imgui_stdlib.h>
#include <nlohmann/json.hpp>

#include "core/report/wording.h"
#include "viewer/panels/widgets.h"

namespace heaptally::view {
namespace {

bool is_hit(int key, bool repeats = false) { return ImGui::IsKeyPressed(key, repeats); }

// One step, or a page, by the keys that were pressed.
std::ptrdiff_t rows_moved() {
  constexpr std::ptrdiff_t kPage = 12;
  std::ptrdiff_t steps = 0;
  if (is_hit(GLFW_KEY_DOWN, true)) ++steps;
  if (is_hit(GLFW_KEY_UP, true)) --steps;
  if (is_hit(GLFW_KEY_PAGE_DOWN, true)) steps += kPage;
  if (is_hit(GLFW_KEY_PAGE_UP, true)) steps -= kPage;
  return steps;
}

std::size_t moved(std::size_t row, std::ptrdiff_t steps, std::size_t rows) {
  const auto last = static_cast<std::ptrdiff_t>(rows) - 1;
  return static_cast<std::size_t>(std::clamp(static_cast<std::ptrdiff_t>(row) + steps,
                                             std::ptrdiff_t{0}, std::max(last, std::ptrdiff_t{0})));
}

}  // namespace

FileDialog::FileDialog(std::function<void()> wake) : lister_(std::move(wake)) {}

void FileDialog::open(FileQuestion question, const std::filesystem::path& folder) {
  question_ = std::move(question);
  if (folder_.empty()) {
    std::error_code problem;
    folder_ = std::filesystem::absolute(folder, problem).lexically_normal();
    if (problem) folder_ = "/";
  }
  in_recent_ = false;
  recent_row_ = 0;
  to_replace_.reset();
  is_typing_ = false;
  opens_ = true;
  go_to(folder_);
  text_ = question_->name;
}

void FileDialog::close() { question_.reset(); }

void FileDialog::go_to(const std::filesystem::path& folder) {
  folder_ = folder.lexically_normal();
  if (folder_.has_relative_path() && !folder_.has_filename()) folder_ = folder_.parent_path();
  ++generation_;
  if (!question_->saves) text_.clear();
  row_ = 0;
  row_was_moved_to_ = false;
  focuses_ = true;
}

void FileDialog::list(View& view) {
  const Listed asked{.folder = folder_, .suffix = question_->suffix, .generation = generation_};
  const auto listing = listing_.ask(lister_, asked, [](const Listed& listed) {
    return list_folder(listed.folder, listed.suffix);
  });
  if (!listing.is_current) return;
  problem_ = listing.problem;
  if (shown_ == listing.answer) return;
  shown_ = listing.answer;
  narrow();
  view.redraw = true;
}

void FileDialog::narrow() {
  rows_.clear();
  if (!shown_) return;
  // A name to be written narrows nothing.
  const std::string needle = question_->saves ? "" : text_;
  rows_.reserve(shown_->entries.size());
  for (std::size_t i = 0; i < shown_->entries.size(); ++i) {
    if (has_text(shown_->entries[i].name, needle)) rows_.push_back(i);
  }
  row_ = 0;
  row_was_moved_to_ = false;
  scrolls_ = true;
}

std::optional<std::filesystem::path> FileDialog::draw(View& view) {
  if (!question_) return {};
  const std::string title = question_->title + "###files";
  if (opens_) ImGui::OpenPopup(title.c_str());
  opens_ = false;
  const ImVec2 space = ImGui::GetMainViewport()->Size;
  const float width = std::min(space.x * 0.85F, ImGui::GetFontSize() * 64);
  ImGui::SetNextWindowPos({space.x / 2, space.y / 2}, 0, {0.5F, 0.5F});
  ImGui::SetNextWindowSize({width, space.y * 0.78F});
  constexpr ImGuiWindowFlags kFlags = ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoMove |
                                      ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoSavedSettings;
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1);
  const bool is_begun = ImGui::BeginPopupModal(title.c_str(), nullptr, kFlags);
  ImGui::PopStyleVar();
  if (!is_begun) return {};
  list(view);
  if (to_replace_) {
    draw_question(view);
  } else {
    move(view);
    draw_field(view);
    const float buttons = ImGui::GetFrameHeightWithSpacing() * 2;
    const float height = ImGui::GetContentRegionAvail().y - buttons;
    if (has_recent(view)) {
      draw_recent(view, width * 0.3F, height);
      ImGui::SameLine();
    }
    draw_folder(view, height);
    draw_buttons(view);
  }
  auto chosen = std::exchange(chosen_, std::nullopt);
  if (chosen) question_.reset();
  if (!question_) ImGui::CloseCurrentPopup();
  ImGui::EndPopup();
  return chosen;
}

void FileDialog::move(View& view) {
  if (is_hit(GLFW_KEY_ESCAPE)) return close();
  const bool is_empty = text_.empty();
  if (is_empty && has_recent(view)) {
    if (is_hit(GLFW_KEY_LEFT)) in_recent_ = true;
    if (is_hit(GLFW_KEY_RIGHT)) in_recent_ = false;
  }
  if (!is_empty) in_recent_ = false;
  if (is_empty && is_hit(GLFW_KEY_BACKSPACE)) go_to(folder_.parent_path());
  const std::ptrdiff_t steps = rows_moved();
  if (steps != 0 && in_recent_) {
    recent_row_ = moved(recent_row_, steps, view.settings.recent.size());
  } else if (steps != 0) {
    // The first key shows where it is, to be written.
    row_ = question_->saves && !row_was_moved_to_ ? row_ : moved(row_, steps, rows_.size());
    row_was_moved_to_ = true;
    scrolls_ = true;
  }
  if (is_hit(GLFW_KEY_ENTER) || is_hit(GLFW_KEY_KP_ENTER)) enter(view);
}

void FileDialog::enter(const View& view) {
  if (in_recent_) return choose(view.settings.recent.at(recent_row_));
  const bool is_path = text_.find('/') != std::string::npos || text_ == "~" || text_ == "..";
  const bool takes_row = question_->saves ? row_was_moved_to_ : !is_path;
  if (takes_row && row_ < rows_.size() && shown_) {
    return choose(shown_->path / shown_->entries[rows_[row_]].name);
  }
  if (!text_.empty()) choose(typed_path(text_, folder_));
}

void FileDialog::choose(const std::filesystem::path& path) {
  std::error_code problem;
  if (std::filesystem::is_directory(path, problem)) {
    go_to(path);
    return;
  }
  if (question_->saves && std::filesystem::exists(path, problem)) {
    to_replace_ = path;
    return;
  }
  if (path.has_parent_path()) folder_ = path.parent_path();
  chosen_ = path;
}

void FileDialog::draw_field(View& view) {
  if (ImGui::Button("Up")) go_to(folder_.parent_path());
  name_area(view, "files:up");
  tooltip("The folder above (Backspace)");
  ImGui::SameLine();
  ImGui::AlignTextToFramePadding();
  text(fitted(printable(folder_.string()), ImGui::GetContentRegionAvail().x, true));
  const char* const hint = question_->saves ? "Name or path" : "Type to narrow the list, or a path";
  if (focuses_ || !ImGui::IsAnyItemActive()) ImGui::SetKeyboardFocusHere();
  ImGui::SetNextItemWidth(-1);
  // What is typed takes the place of the name that is suggested.
  const ImGuiInputTextFlags flags = question_->saves ? ImGuiInputTextFlags_AutoSelectAll : 0;
  const bool changed = ImGui::InputTextWithHint("##path", hint, &text_, flags);
  is_typing_ = ImGui::IsItemActive();
  view.redraw |= !is_typing_;
  focuses_ = false;
  name_area(view, "files:text");
  if (changed && !question_->saves) narrow();
  if (changed) row_was_moved_to_ = false;
}

void FileDialog::draw_recent(View& view, float width, float height) {
  ImGui::BeginChild("recent", {width, height}, true, ImGuiWindowFlags_NoNav);
  faint_text(view, "Recent");
  for (std::size_t i = 0; i < view.settings.recent.size(); ++i) {
    const std::filesystem::path file = view.settings.recent[i];
    ImGui::PushID(static_cast<int>(i));
    const ImVec2 at = ImGui::GetCursorPos();
    if (ImGui::Selectable("##recent", in_recent_ && i == recent_row_)) choose(file);
    tooltip(printable(file.string()));
    ImGui::SetCursorPos(at);
    text(fitted(printable(file.filename().string()), ImGui::GetContentRegionAvail().x));
    ImGui::PopID();
    if (!question_) break;
  }
  ImGui::EndChild();
}

void FileDialog::tell_state(nlohmann::json& state) const {
  state["open"] = is_open();
  if (!question_) return;
  state["title"] = question_->title;
  state["folder"] = folder_.string();
  state["text"] = text_;
  state["problem"] = problem_;
  state["asks_to_replace"] = to_replace_.has_value();
  state["row"] = row_;
  auto& names = state["rows"] = nlohmann::json::array();
  for (std::size_t i = 0; shown_ && i < std::min<std::size_t>(rows_.size(), 50); ++i) {
    names.push_back(shown_->entries[rows_[i]].name);
  }
}

}  // namespace heaptally::view
