// SourceView: a source file with what its lines hold.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "viewer/model/lines.h"
#include "viewer/model/source_file.h"
#include "viewer/model/syntax.h"

namespace heaptally::view {

struct HotLine {
  std::uint32_t line = 0;  // 0: it is known to be in the file, but not where
  Amount amount;           // by the selection's metric; of growth: live at the range's end
  Change change;           // of growth
  Amount live, peak, total;
  std::optional<Key> key;  // of its row in Lines; none if the metric has nothing of it
};

struct SourceLine {
  std::uint32_t number = 0;
  std::string text;  // fit to be shown: no control characters, no tabs, cut if it is very long
  std::vector<Token> tokens;
  std::optional<std::uint32_t> hot;  // which of SourceView::hot
};

struct SourceView {
  std::string file;  // as the recording has it
  FoundSource found;
  // All lines of the file, and those that it does not have but the recording does; of a file that
  // is nowhere only those with amounts.
  std::vector<SourceLine> lines;
  std::vector<HotLine> hot;   // ascending by line
  std::size_t known = 0;      // how many lines the file on disk has
  std::uint64_t largest = 0;  // of the hot lines, by the selection's unit, without a sign
  std::size_t longest = 0;    // how many characters the longest line has
  bool is_newer = false;      // the file was written after the recording began
  bool is_too_short = false;  // the recording has lines beyond its end
};

// `lines`: by line, of the selection. Errors: as annotate(); Error if the recording does not know
// the file.
SourceView source_view(const Recording& recording, const Lines& lines, const std::string& file,
                       const SourcePaths& paths);

// The number of the line in `lines`; nothing if it is not there.
std::optional<std::size_t> index_of_line(const SourceView& view, std::uint32_t line);
// The next line with amounts after `line`, or before it; the outermost one if there is none.
std::optional<std::uint32_t> next_hot(const SourceView& view, std::uint32_t line, bool backwards);
std::optional<std::uint32_t> hottest(const SourceView& view, SortBy unit);
// How much of the hottest line it is, from 0 to 1.
double heat_of(const SourceView& view, const HotLine& line, SortBy unit, bool is_signed);

}  // namespace heaptally::view
