// The parts of the source panel.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "viewer/model/lines.h"
#include "viewer/model/source_view.h"
#include "viewer/panels/view.h"

namespace heaptally::view {

// Purpose: the source files of the recording, those with most first, to choose one.
class SourceFiles {
 public:
  void draw(View& view);
  void forget();
  // The file with most of what is shown; empty while it is not known, or there is none.
  std::string first() const;
  // There are none, and that is known.
  bool is_empty() const { return shown_ && shown_->rows.empty(); }
  std::size_t size() const { return shown_ ? shown_->rows.size() : 0; }

 private:
  struct File {
    std::string file;
    std::string name;  // as it is shown
    std::string amount;
    double share = 0;
  };
  struct Files {
    std::vector<File> rows;
  };
  struct Question {
    Selection selection;
    std::string search;

    friend bool operator==(const Question&, const Question&) = default;
  };
  static Files files_of(const Recording& recording, const Question& question);
  void draw_rows(View& view);

  std::string search_;
  Slot<Question, Files> slot_;
  Slot<Question, Files>::Shown shown_;
};

// Purpose: asks where a file is that is not where the recording says, and remembers it in the
//   settings for all that lies below the same folder.
class SourceDialog {
 public:
  // Opens with the next draw().
  void open(std::string file);
  void draw(View& view);

 private:
  void accept(View& view);

  std::string file_, path_, problem_;
  bool opens_ = false;
  bool is_open_ = false;
};

// The text of a line in the current cell, with its colours; of lines without a text why that is so.
void draw_source_text(const View& view, const SourceView& source, const SourceLine& line);

// A strip from here on, beside the scrollbar: where in the file memory is. Returns where it was
// clicked, from 0 to 1.
inline constexpr float kMarksWidth = 10;
std::optional<float> draw_heat_marks(const View& view, const SourceView& source,
                                     const Selection& selection, float height);

// Why what is shown may not be what was recorded. Returns whether the user wants to say where the
// file is.
bool draw_source_warnings(const View& view, const SourceView& source);

}  // namespace heaptally::view
