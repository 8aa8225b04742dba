// What the headings of reports are made of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/profile/tree.h"

namespace heaptally {

// The recorded program and its arguments, as one would type them.
std::string command_line_text(const Header& header);

// What the rows of a group are: "line", "lines".
std::string_view rows_name(Group group);
std::string rows_name_plural(Group group);

// "12.0 MiB in 3 blocks", or allocations where that is what the metric counts.
std::string amount_text(Amount amount, Metric metric);

// What stands before the moment: from when on it counts. "at", "from the start to".
std::string stretch_phrase(const Snapshot& snapshot);

// What the moment shown is called, and how exact it is: "the peak, 1.5 s (exact)".
std::string moment_phrase(const RecordingData& data, const Snapshot& snapshot);

// How much the rows shown are of all: "top 10 of 34 lines cover 97.1 %".
std::string coverage_phrase(const Query& query, const Statistics& statistics);

// The options that say what counts, each after a space; empty if all does.
std::string filters_text(const Query& query);

// The options that say which calls take no node of their own, each after a space.
std::string shape_text(const TreeShape& shape);

// Why the numbers may be too low, without a full stop; of an unfinished recording also how far they
// go: "incomplete: the recording was not finished; it goes as far as 1.5 s". Empty if they are not.
std::string incomplete_phrase(const RecordingData& data);

// Lines of a heading, with "# " and newline; empty if there is nothing to tell.
// Why the numbers may be too low.
std::string incomplete_line(const Header& header);
// The modules of the places shown of which the place in the source is not known.
std::string without_debug_line(const Profile& profile, Group group,
                               const std::vector<PlaceId>& shown);

}  // namespace heaptally
