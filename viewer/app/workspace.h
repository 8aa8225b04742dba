// Workspace: the content of the window, from the menus to the status bar.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "viewer/app/exports.h"
#include "viewer/app/file_dialog.h"
#include "viewer/app/filter_field.h"
#include "viewer/app/frame_parts.h"
#include "viewer/app/loader.h"
#include "viewer/panels/timeline.h"
#include "viewer/panels/view.h"

namespace heaptally::view {

// Purpose: everything that is drawn, and what keys and menus do to it. Needs a context of Dear
//   ImGui, but no window: tests draw it into nothing.
// Threads: that of the window.
class Workspace {
 public:
  // `wake` may be called on any thread: another frame is wanted.
  explicit Workspace(std::function<void()> wake = {});
  ~Workspace();

  // In the background; until it is there what was open stays so.
  void open(const std::filesystem::path& file, bool as_other = false);
  // One frame, between ImGui::NewFrame and ImGui::Render.
  void draw();
  // Nothing is loaded or counted: what the last frame showed is what there is to see. Tests and
  // pictures draw frames until then.
  bool is_settled() const;

  View& view() { return view_; }
  const View& view() const { return view_; }
  Panel& panel(PanelId id) { return *panels_[static_cast<std::size_t>(id)]; }
  const Panel& panel(PanelId id) const { return *panels_[static_cast<std::size_t>(id)]; }
  // What is open, chosen and shown.
  nlohmann::json state() const;
  bool wants_to_quit() const { return wants_to_quit_; }
  // Where a picture of the window is to be written, once.
  std::optional<std::filesystem::path> take_picture_wanted() {
    return std::exchange(picture_wanted_, std::nullopt);
  }

 private:
  void take_loaded();
  void take(const LoadResult& result);
  void forget_answers();
  void swap_recordings();
  void do_actions();
  void do_file_actions();
  void copy_what_is_shown();
  void ask_for_file(FileQuestion question, std::optional<Action> action);
  void take_file(const std::filesystem::path& file);
  void draw_content();
  void draw_panel();
  void draw_dialogs();

  View view_;
  Loader loader_;
  Timeline timeline_;
  FilterField filter_field_;
  StatusBar status_;
  FileDialog dialog_;
  ExportJob export_;
  std::vector<std::unique_ptr<Panel>> panels_;
  std::optional<std::filesystem::path> next_, next_other_;  // to be loaded
  std::optional<Action> file_for_;                          // what the dialog was opened for
  std::optional<std::filesystem::path> picture_wanted_;
  std::string problem_;  // why what was to be opened is not
  std::uint64_t frames_ = 0;
  bool shows_help_ = false;
  bool wants_to_quit_ = false;
};

}  // namespace heaptally::view
