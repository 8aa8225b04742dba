// FileDialog: where a file is chosen, to be opened or written.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "viewer/model/folder.h"
#include "viewer/model/worker.h"
#include "viewer/panels/view.h"

namespace heaptally::view {

// What is to be chosen.
struct FileQuestion {
  std::string title;
  std::string button;
  std::string suffix;  // of the files that are listed; empty: all
  std::string name;    // that is suggested, to be written
  bool saves = false;  // a name may be new, and one that is there is asked about
};

// Purpose: a list of a folder, and one field of text that narrows it or holds a path. Arrows move,
//   Enter chooses, Backspace in an empty field goes up, Left and Right change between the folder
//   and the recent files, Esc closes.
// Threads: that of the window; folders are read on a thread of its own.
class FileDialog {
 public:
  explicit FileDialog(std::function<void()> wake);

  // Begins in the folder of the last time, at first in `folder`.
  void open(FileQuestion question, const std::filesystem::path& folder);
  void close();
  bool is_open() const { return question_.has_value(); }
  // Its folder is listed, and the keyboard is its own.
  bool is_settled() const {
    return lister_.is_idle() && (!question_ || (!opens_ && (to_replace_ || is_typing_)));
  }
  // What was chosen, once; then it is closed.
  std::optional<std::filesystem::path> draw(View& view);
  void tell_state(nlohmann::json& state) const;

 private:
  struct Listed {
    std::filesystem::path folder;
    std::string suffix;
    std::uint64_t generation = 0;
    friend bool operator==(const Listed&, const Listed&) = default;
  };

  void list(View& view);
  void go_to(const std::filesystem::path& folder);
  void narrow();
  void move(View& view);
  void enter(const View& view);
  void choose(const std::filesystem::path& path);
  bool has_recent(const View& view) const {
    return !question_->saves && !view.settings.recent.empty();
  }
  void draw_field(View& view);
  void draw_recent(View& view, float width, float height);
  void draw_folder(View& view, float height);
  void draw_row(View& view, std::size_t row);
  void draw_buttons(View& view);
  void draw_question(View& view);

  std::optional<FileQuestion> question_;
  std::filesystem::path folder_;
  std::string text_;
  std::shared_ptr<const Folder> shown_;
  std::string problem_;
  std::vector<std::size_t> rows_;  // of what is shown, those that match
  std::size_t row_ = 0;
  std::size_t recent_row_ = 0;
  bool in_recent_ = false;  // arrows move there
  bool row_was_moved_to_ = false;
  bool scrolls_ = false;
  bool opens_ = false;
  bool focuses_ = false;
  bool is_typing_ = false;  // into the field
  std::uint64_t generation_ = 0;
  std::optional<std::filesystem::path> to_replace_;  // asked about
  std::optional<std::filesystem::path> chosen_;
  Slot<Listed, Folder> listing_;
  Worker lister_;
};

}  // namespace heaptally::view
