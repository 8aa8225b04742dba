// The parts of the lines panel.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "viewer/model/lines.h"
#include "viewer/panels/view.h"

namespace heaptally::view {

struct ColumnShape {
  LineColumn column;
  float width;  // in letters; 0: what is left, by weight
  float weight;
  bool hidden = false;  // until it is asked for
};

// In the order in which they are shown at first.
std::span<const ColumnShape> column_shapes();
bool is_text(LineColumn column);
// Whether a column says anything, and nothing that another one says.
bool is_of_use(LineColumn column, const LinesQuestion& question);
// The cell of the metric, over a bar.
void draw_line_amount(const View& view, const Lines& lines, std::uint32_t row,
                      const std::string& content);

// What is shown, how much of all it is, and how exact.
void draw_lines_summary(const View& view, const ShownLines& shown);
// All rows, with these columns.
Table table_of(const View& view, const ShownLines& shown, const std::vector<LineColumn>& columns);

// Purpose: the stacks that make up one row: a heading each, and its frames below it.
class StacksPane {
 public:
  // Nothing chosen: says so.
  void draw(View& view, const std::shared_ptr<const Lines>& lines, const Key* key);
  void forget() { slot_.forget(); }
  std::size_t stacks() const { return stacks_ ? stacks_->stacks.all : 0; }

 private:
  struct Line {
    std::uint32_t stack = 0;
    std::uint32_t frame = 0;   // 0: the heading; else one more than its number
    std::uint32_t folded = 0;  // how many frames of machinery the line stands for, if any
  };
  struct Shown {
    Stacks stacks;
    std::vector<std::vector<StackFrame>> frames;  // by stack
    // With all frames, and with the machinery of each stack in one line.
    std::vector<Line> lines, folded;
  };
  struct Question {
    std::shared_ptr<const Lines> lines;
    std::uint64_t key = 0;

    friend bool operator==(const Question&, const Question&) = default;
  };

  static Shown show(const Recording& recording, const Lines& lines, const Key& key);
  void draw_lines(View& view, const Lines& lines);
  void draw_line(View& view, const Lines& lines, const Line& line);
  void draw_heading(View& view, const Lines& lines, std::uint32_t stack);
  static void draw_frame(View& view, const Profile& profile, const StackFrame& frame);
  void draw_menu(View& view, const Profile& profile);
  void copy_stack(View& view, const Profile& profile, std::uint32_t stack) const;

  Slot<Question, Shown> slot_;
  std::shared_ptr<const Shown> stacks_;
  std::uint32_t chosen_ = 0;  // stack that is copied
  PlaceId menu_place_{};
  bool opens_menu_ = false;
  bool shows_machinery_ = false;
};

}  // namespace heaptally::view
