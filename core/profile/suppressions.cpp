#include "core/profile/suppressions.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "core/base/error.h"

namespace heaptally {
namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// Purpose: the pattern that a frame is suppressed by. A recording names the same functions and
// files
//   over and over, so what was found for a frame is not asked again for each trace.
class FrameMatcher {
 public:
  FrameMatcher(const RecordingData& data, const std::vector<std::string>& patterns)
      : data_(data), patterns_(patterns) {
    for (const Module& module : data.modules) modules_.push_back(match(module.path));
  }

  std::optional<std::size_t> of(FrameId frame) const {
    const std::optional<std::size_t> module =
        modules_[index_of(data_.frames[index_of(frame)].module)];
    if (module) return module;
    for (const Location& location : data_.locations[index_of(frame)]) {
      if (const auto function = match(location.function)) return function;
      if (const auto file = match(location.file)) return file;
    }
    return std::nullopt;
  }

 private:
  std::optional<std::size_t> match(std::string_view subject) const {
    for (std::size_t i = 0; i < patterns_.size(); ++i) {
      if (suppression_matches(patterns_[i], subject)) return i;
    }
    return std::nullopt;
  }

  const RecordingData& data_;
  const std::vector<std::string>& patterns_;
  std::vector<std::optional<std::size_t>> modules_;
};

}  // namespace

// Like LeakSanitizer, which takes the first place where a piece between two stars fits, and so
// does not find "b$" in "abab".
bool suppression_matches(std::string_view pattern, std::string_view subject) {
  if (subject.empty()) return false;
  bool at_start = pattern.starts_with('^');
  bool after_star = false;
  if (at_start) pattern.remove_prefix(1);
  while (!pattern.empty()) {
    if (pattern.front() == '*') {
      pattern.remove_prefix(1);
      at_start = false;
      after_star = true;
      continue;
    }
    if (pattern.front() == '$') return subject.empty() || after_star;
    if (subject.empty()) return false;
    const std::string_view piece = pattern.substr(0, pattern.find_first_of("*$"));
    const std::size_t found = subject.find(piece);
    if (found == std::string_view::npos || (at_start && found != 0)) return false;
    subject.remove_prefix(found + piece.size());
    pattern.remove_prefix(piece.size());
    at_start = after_star = false;
  }
  return true;
}

std::vector<std::string> parse_suppressions(std::string_view text, const std::string& name) {
  constexpr std::string_view kKind = "leak:";
  std::vector<std::string> patterns;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    if (!line.starts_with(kKind) || line.size() == kKind.size()) {
      throw Error(name + ":" + std::to_string(number), "is no suppression of a leak",
                  "write leak:PATTERN, or # before a comment");
    }
    patterns.emplace_back(line.substr(kKind.size()));
  }
  return patterns;
}

std::vector<std::string> read_suppressions(const std::filesystem::path& file) {
  std::error_code problem;
  if (std::filesystem::is_directory(file, problem)) {
    throw Error(file.string(), "is a folder", "give a file of lines leak:PATTERN");
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    throw Error(file.string(), std::string("cannot be read (") + std::strerror(errno) + ")",
                "give a file of lines leak:PATTERN");
  }
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return parse_suppressions(text, file.string());
}

std::vector<std::optional<std::size_t>> suppressed_traces(
    const RecordingData& data, const std::vector<std::string>& patterns) {
  std::vector<std::optional<std::size_t>> by_trace(data.traces.size());
  if (patterns.empty()) return by_trace;
  const FrameMatcher matcher(data, patterns);
  std::vector<std::optional<std::size_t>> by_frame(data.frames.size());
  for (const Frame& frame : data.frames) by_frame[index_of(frame.id)] = matcher.of(frame.id);
  // Parents come before their children.
  for (const Trace& trace : data.traces) {
    if (trace.id == kRootTrace) continue;
    const std::optional<std::size_t> own = by_frame[index_of(trace.frame)];
    by_trace[index_of(trace.id)] = own ? own : by_trace[index_of(trace.parent)];
  }
  return by_trace;
}

}  // namespace heaptally
