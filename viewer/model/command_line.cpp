#include "viewer/model/command_line.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/report/wording.h"

namespace heaptally::view {
namespace {

// What no shell takes for anything but itself.
bool is_plain(char character) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,+@%=";
  return kPlain.find(character) != std::string_view::npos;
}

void add(std::vector<std::string>& words, std::string_view option,
         const std::vector<std::string>& values) {
  for (const std::string& value : values) {
    // A value that looks like an option is none when it is glued to its own.
    if (!value.empty() && value.front() == '-') {
      words.push_back(std::string(option) + "=" + value);
    } else {
      words.emplace_back(option);
      words.push_back(value);
    }
  }
}

void append(std::vector<std::string>& words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
}

std::string file_word(const Recording& recording) {
  const std::string file = recording.file().string();
  return !file.empty() && file.front() == '-' ? "./" + file : file;
}

std::optional<std::vector<std::string>> live_options(const Recording& recording,
                                                     const Selection& selection,
                                                     const Measured* measured) {
  if (selection.live_at == LiveAt::kEnd) {
    const Nanoseconds end = selection.range ? selection.range->to : run_time(recording.data());
    return std::vector<std::string>{"--at", moment_word(recording, end)};
  }
  if (!selection.range) return std::vector<std::string>();
  if (measured == nullptr) return {};
  const Moment& asked = measured->now.asked;
  if (asked.kind == Moment::Kind::kPeak) return std::vector<std::string>();
  return std::vector<std::string>{"--at", moment_word(recording, measured->now.time)};
}

}  // namespace

std::string shell_word(std::string_view word) {
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) return std::string(word);
  std::string quoted = "'";
  for (const char character : word) {
    if (character == '\'') {
      quoted += "'\\''";
    } else {
      quoted += character;
    }
  }
  return quoted + "'";
}

std::string shell_words(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    if (!line.empty()) line += ' ';
    line += shell_word(word);
  }
  return line;
}

std::string moment_word(const Recording& recording, Nanoseconds time) {
  const RecordingData& data = recording.data();
  if (time >= run_time(data)) return "end";
  if (time <= Nanoseconds(0)) return "start";
  for (const Mark& mark : data.marks) {
    if (mark.time != time) continue;
    try {
      // Of several marks of one name only one is meant.
      std::string word = "mark:" + mark.name;
      if (resolve(data, parse_moment(word)).time == time) return word;
    } catch (const Error&) {
      continue;
    }
  }
  std::string word = moment_text(time);
  word.erase(std::remove(word.begin(), word.end(), ' '), word.end());
  return word;
}

std::vector<std::string> filter_options(const Selection& selection) {
  std::vector<std::string> words;
  if (selection.raw) words.emplace_back("--raw");
  add(words, "--filter", selection.filters);
  add(words, "--exclude", selection.excludes);
  const bool has_filters = !selection.filters.empty() || !selection.excludes.empty();
  if (selection.all_frames && has_filters) words.emplace_back("--all-frames");
  add(words, "--through", selection.through);
  add(words, "--without", selection.without);
  add(words, "--thread", selection.threads);
  add(words, "--process", selection.processes);
  add(words, "--domain", selection.domains);
  return words;
}

std::vector<std::string> shape_options(const Selection& selection) {
  std::vector<std::string> words;
  add(words, "--merge", selection.merged);
  if (selection.collapse_recursion) words.emplace_back("--collapse-recursion");
  return words;
}

std::vector<std::string> range_options(const Recording& recording, const Selection& selection) {
  if (!selection.range) return {};
  return {"--from", moment_word(recording, selection.range->from), "--to",
          moment_word(recording, selection.range->to)};
}

std::optional<std::vector<std::string>> metric_options(const Recording& recording,
                                                       const Selection& selection,
                                                       const Measured* measured) {
  std::vector<std::string> words;
  switch (selection.metric) {
    case ViewMetric::kLive: {
      const auto live = live_options(recording, selection, measured);
      if (!live) return {};
      append(words, *live);
      break;
    }
    case ViewMetric::kTotal:
    case ViewMetric::kTemporary:
      words = {"--metric", std::string(name_of(selection.metric))};
      append(words, range_options(recording, selection));
      break;
    case ViewMetric::kGrowth:
    case ViewMetric::kLeaked:
      return {};
  }
  if (selection.unit == SortBy::kCount) append(words, {"--sort", "count"});
  return words;
}

std::string command_for(std::string_view command, const Recording& recording,
                        const Selection& selection, const Measured* measured,
                        const std::vector<std::string>& more) {
  const bool grows = selection.metric == ViewMetric::kGrowth;
  const bool leaks = selection.metric == ViewMetric::kLeaked;
  std::vector<std::string> words = {std::string(command), file_word(recording)};
  append(words, more);
  if (grows || leaks) {
    if (command != "stats") return {};
    words.front() = grows ? "diff" : "leaks";
    // Without an event log frees are known up to marks and the end alone; measure() says so.
    const bool is_as_asked = measured == nullptr || measured->note.empty();
    if (is_as_asked) {
      append(words, range_options(recording, selection));
    } else {
      append(words, {"--from", moment_word(recording, selection.range->from)});
    }
    if (selection.unit == SortBy::kCount) append(words, {"--sort", "count"});
  } else {
    const auto options = metric_options(recording, selection, measured);
    if (!options) return {};
    append(words, *options);
  }
  append(words, filter_options(selection));
  return shell_words(words);
}

}  // namespace heaptally::view
