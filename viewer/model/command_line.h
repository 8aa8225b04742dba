// Command lines: what a selection means to the heaptally command.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "viewer/model/selection.h"

namespace heaptally::view {

// A word as a shell reads it back: quoted where it must be.
std::string shell_word(std::string_view word);
// Words that a shell takes apart again, a blank between them.
std::string shell_words(const std::vector<std::string>& words);

// A moment as options take it: "end", "mark:loaded" where a mark was set just then, "1.5s".
std::string moment_word(const Recording& recording, Nanoseconds time);

// Which blocks count: --filter, --exclude, --all-frames, --through, --without, --thread, --process,
// --domain and --raw, as far as they are chosen.
std::vector<std::string> filter_options(const Selection& selection);
// How calls become a tree: --merge and --collapse-recursion, as far as they are chosen.
std::vector<std::string> shape_options(const Selection& selection);
// The range, of commands that take one: --from and --to; empty for the whole run.
std::vector<std::string> range_options(const Recording& recording, const Selection& selection);
// What is counted and when: --metric, --at or the range, and --sort. Nothing: growth and leaks,
// which are commands of their own, and the highest moment of a range while it is not `measured`.
std::optional<std::vector<std::string>> metric_options(const Recording& recording,
                                                       const Selection& selection,
                                                       const Measured* measured);

// The arguments of the heaptally command that answers for a selection, quoted for a shell:
// `command`, the file, `more`, and all of the options above but those of shapes, which belong to
// `more` where there is a tree. "stats" is `diff` for growth, and `leaks` for what leaked; of other
// commands those two are empty.
std::string command_for(std::string_view command, const Recording& recording,
                        const Selection& selection, const Measured* measured,
                        const std::vector<std::string>& more = {});

}  // namespace heaptally::view
