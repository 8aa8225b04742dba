// Annotations: what each line of a source file holds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/profile/statistics.h"

namespace heaptally {

// The source file that `wanted` names: a file of the recording, or the end of its path, from one of
// its folders on; or a longer path than the recording has, which ends in the file's. Errors: Error
// that lists the files if they are several, and names near ones if it is none.
std::string_view find_source(const Profile& profile, std::string_view wanted);

struct AnnotatedLine {
  std::uint32_t line = 0;  // 0: it is known to be in the file, but not where
  Amount live;
  Amount peak;
  Amount total;
};

// The columns of an annotation.
struct AnnotationSnapshots {
  const Snapshot& live;
  const Snapshot& peak;
  const Snapshot& total;
};

struct Annotation {
  std::string_view file;             // as the recording has it
  std::vector<AnnotatedLine> lines;  // ascending; those with amounts
  AnnotatedLine sum;  // of `lines`; cumulative ones overlap, so then it means nothing
  // The lines of the function asked for, as far as the recording knows them.
  std::optional<std::pair<std::uint32_t, std::uint32_t>> function;
};

// What the lines of `file`, which find_source gave, amount to: statistics() by line. `function`:
// only from the first to the last line of functions of this name, with or without what encloses it,
// its parameters and its template arguments. Errors: as statistics(); Error that names near ones if
// there is no such function in the file.
Annotation annotate(const Profile& profile, const AnnotationSnapshots& snapshots, Query query,
                    std::string_view file, const std::optional<std::string>& function);

// Whether `name` is what a user may call the function "ns::Class<int>::name<T>(int) const".
bool is_function_called(std::string_view function, std::string_view name);

}  // namespace heaptally
