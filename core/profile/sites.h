// Which line gets the bytes: the allocation site of every trace.
#pragma once

#include <vector>

#include "core/profile/pattern.h"
#include "core/profile/places.h"

namespace heaptally {

// What to charge. By default the most recent place that is not allocator machinery.
struct SiteRules {
  bool raw = false;                // charge the most recent place, whatever it is
  std::vector<Pattern> machinery;  // more machinery: matched with file, module path and function
};

// Whether heaptally itself takes a function, a source file or a module for allocator machinery:
// operator new and the malloc family; the system's include folders and Rust's standard library;
// the C and C++ runtime libraries and the well-known allocators.
bool is_machinery_function(std::string_view function);
bool is_machinery_file(std::string_view file);
bool is_machinery_module(std::string_view path);

// Purpose: the allocation site of each trace: the most recent place, inlined ones included, that
//   is not machinery; if all are, the most recent one; kUnknownPlace for the empty stack.
// Threads: immutable once made. Cost: one pass over places and traces.
// Errors: Error if a trace comes before its parent.
class Sites {
 public:
  Sites(const RecordingData& data, const Places& places, const SiteRules& rules);

  PlaceId operator[](TraceId trace) const { return sites_[index_of(trace)]; }

 private:
  std::vector<PlaceId> sites_;  // by trace
};

}  // namespace heaptally
