// Exports: what is shown, in files.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "viewer/app/file_dialog.h"
#include "viewer/panels/view.h"

namespace heaptally::view {

enum class ExportKind : std::uint8_t { kCsv, kText, kPng, kHtml, kFolded };

// Nothing: the action is no export.
std::optional<ExportKind> export_of(Action action);
// What is asked before it, with a name that tells of the recording and the panel.
FileQuestion question_of(ExportKind kind, const View& view);

// Errors of these: Error that names the file; what is asked for is written whole, or not at all.
void export_table(ExportKind kind, const Table& table, const std::filesystem::path& file);
// The page of `heaptally report`, of both recordings where two are compared: of all the run, with
// the filters of the selection.
void export_page(const Recording& recording, const Recording* other, const Selection& selection,
                 const std::filesystem::path& file);
// The stacks that count and what they come to; of growth what was before, and what is.
void export_folded(const Recording& recording, const Selection& selection,
                   const std::filesystem::path& file);

// Purpose: one export that goes on beside the window.
// Threads: that of the window; the work is the worker's.
class ExportJob {
 public:
  // `write` holds all that it needs. The one before must have been taken.
  void start(Worker& worker, std::function<void()> write, std::string done);
  // Says in the status bar, once, how it ended.
  void tell(View& view);
  bool is_going_on() const { return state_ != nullptr; }

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace heaptally::view
