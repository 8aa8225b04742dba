// Symbols for a recording after the fact.
#pragma once

#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "core/recording/model.h"

namespace heaptally {

struct ResolveOptions {
  std::filesystem::path recording;
  std::filesystem::path output;          // empty: the recording itself is changed
  bool overwrite = false;                // `output`, if it exists
  std::vector<std::string> debug_paths;  // see DebugFiles
};

// How many frames of a module have what.
struct FrameCounts {
  std::size_t frames = 0;
  std::size_t with_line = 0;
  std::size_t with_function = 0;
};

// A module that frames lie in.
struct ResolvedModule {
  std::string path;
  std::string build_id;
  FrameCounts before;
  FrameCounts after;
  std::size_t improved = 0;  // frames that are resolved better than before
  std::string from;          // what file its symbols came from; empty if there is none
  std::string state;         // see Symbolizer::debug_state; empty where nothing was missing
  bool by_name = false;      // `from` was taken by its name, since the recording has no build-id
};

struct ResolveResult {
  std::vector<ResolvedModule> modules;  // in the order of the recording
  std::size_t improved = 0;             // frames in all
};

// Resolves again what frames without a function or a line are, with the files that the options
// name and those that this machine has. A file is a module's if it has its build-id; only where
// the recording has none, the name decides. What is known already is never made worse. Changes
// the file in one transaction, or not at all. Errors: Error.
ResolveResult resolve(const ResolveOptions& options);

// A line for each module in which something was missing, then one for all.
void write_text(const ResolveResult& result, std::ostream& out);

}  // namespace heaptally
