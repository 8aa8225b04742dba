// The sources that a page shows: of the lines that matter, as far as they can be read here.
#pragma once

#include <string>
#include <vector>

#include "core/report/page_data.h"

namespace heaptally {

// Of files with allocation sites of the excerpts, those whose sites come to most first, until
// `most_bytes` of text are there. Of long files only what is around such lines. `root`: as for
// source_on_disk.
std::vector<PageSource> page_sources(const std::vector<PageSide>& sides, const std::string& root,
                                     std::size_t most_bytes);

}  // namespace heaptally
