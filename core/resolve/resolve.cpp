#include "core/resolve/resolve.h"

#include <system_error>

#include "core/base/error.h"
#include "core/recording/new_file.h"
#include "core/recording/open.h"
#include "core/recording/reader.h"
#include "core/recording/symbol_update.h"
#include "core/symbols/debug_files.h"
#include "core/symbols/symbolizer.h"

namespace heaptally {
namespace {

namespace fs = std::filesystem;

bool has_line(const std::vector<Location>& locations) {
  return !locations.empty() && !locations.front().file.empty() && locations.front().line != 0;
}

bool has_function(const std::vector<Location>& locations) {
  return !locations.empty() && !locations.front().function.empty();
}

// A line is worth more than a function, which a line seldom lacks.
int worth(const std::vector<Location>& locations) {
  return (has_line(locations) ? 2 : 0) + (has_function(locations) ? 1 : 0);
}

void count(const std::vector<Location>& locations, FrameCounts& counts) {
  ++counts.frames;
  if (has_line(locations)) ++counts.with_line;
  if (has_function(locations)) ++counts.with_function;
}

// Purpose: resolves the frames of one recording, module by module.
class Resolver {
 public:
  Resolver(const RecordingData& data, const std::vector<std::string>& debug_paths,
           const DebugFiles& files, SymbolUpdate& update)
      : data_(data), files_(files), update_(update), symbolizer_(folders_of(debug_paths)) {}

  ResolveResult run() {
    std::vector<std::vector<FrameId>> frames(data_.modules.size());
    for (const Frame& frame : data_.frames) {
      if (frame.kind != FrameKind::kCut) frames[index_of(frame.module)].push_back(frame.id);
    }
    ResolveResult result;
    for (const Module& module : data_.modules) {
      const std::vector<FrameId>& of_module = frames[index_of(module.id)];
      if (module.id == kNoModule || of_module.empty()) continue;
      result.modules.push_back(resolve_module(module, of_module));
      result.improved += result.modules.back().improved;
    }
    return result;
  }

 private:
  // The symbolizer looks for libraries in copies of another root, and for debug files beside them.
  static std::vector<std::string> folders_of(const std::vector<std::string>& paths) {
    std::vector<std::string> folders;
    for (const std::string& path : paths) {
      std::error_code error;
      // It keeps them in a list with colons between.
      const bool is_folder = fs::is_directory(path, error);
      if (is_folder && path.find(':') == std::string::npos) {
        folders.push_back(fs::absolute(path, error).string());
      }
    }
    return folders;
  }

  ModuleSource source_of(const Module& module) const {
    ModuleSource source{.path = module.path, .build_id = module.build_id, .must_match = true};
    source.debug_file = module.build_id.empty() ? files_.with_name(module.path)
                                                : files_.with_build_id(module.build_id);
    return source;
  }

  ResolvedModule resolve_module(const Module& module, const std::vector<FrameId>& frames) {
    ResolvedModule result{.path = module.path,
                          .build_id = module.build_id,
                          .before = {},
                          .after = {},
                          .from = {},
                          .state = {}};
    for (const FrameId frame : frames) count(data_.locations[index_of(frame)], result.before);
    result.after = result.before;
    if (result.before.with_line == frames.size() && result.before.with_function == frames.size()) {
      return result;
    }
    const std::size_t handle = symbolizer_.open(source_of(module));
    result.state = symbolizer_.debug_state(handle);
    result.from = symbolizer_.symbol_file(handle);
    result.by_name = module.build_id.empty() && !result.from.empty();
    result.after = {};
    for (const FrameId frame : frames) result.improved += resolve_frame(handle, frame, result);
    if (result.improved != 0) {
      Module changed = module;
      changed.debug = result.state;
      update_.put(changed);
    }
    return result;
  }

  // How many frames are better now: this one, or none.
  std::size_t resolve_frame(std::size_t handle, FrameId id, ResolvedModule& result) {
    const std::vector<Location>& known = data_.locations[index_of(id)];
    constexpr int kAll = 3;
    if (worth(known) < kAll) {
      const Frame& frame = data_.frames[index_of(id)];
      // A return address is behind its call.
      const std::uint64_t address =
          frame.address - (frame.kind == FrameKind::kReturnAddress ? 1 : 0);
      FrameLocations found{id, symbolizer_.resolve(handle, address)};
      if (worth(found.locations) > worth(known)) {
        update_.put(found);
        count(found.locations, result.after);
        return 1;
      }
    }
    count(known, result.after);
    return 0;
  }

  const RecordingData& data_;
  const DebugFiles& files_;
  SymbolUpdate& update_;
  Symbolizer symbolizer_;
};

ResolveResult resolve_in_place(const fs::path& path, const ResolveOptions& options,
                               const DebugFiles& files) {
  // First, so that nobody writes between what is read and what is changed.
  SymbolUpdate update(path);
  const RecordingReader reader(path);
  const std::string& imported_from = reader.data().header.imported_from;
  if (!imported_from.empty()) {
    throw Error(path.string(),
                "was imported from " + imported_from +
                    ", which does not tell where modules were loaded: nothing can be looked up",
                "have it interpreted again where the debug files are, and import that");
  }
  ResolveResult result = Resolver(reader.data(), options.debug_paths, files, update).run();
  update.commit();
  return result;
}

bool is_same_file(const fs::path& a, const fs::path& b) {
  std::error_code error;
  return fs::equivalent(a, b, error) && !error;
}

}  // namespace

ResolveResult resolve(const ResolveOptions& options) {
  const DebugFiles files(options.debug_paths);
  if (options.output.empty() || is_same_file(options.recording, options.output)) {
    return resolve_in_place(options.recording, options, files);
  }
  require_replaceable(options.output, options.overwrite);
  NewFile copy(options.output);
  copy_recording(options.recording, copy.path());
  ResolveResult result = resolve_in_place(copy.path(), options, files);
  copy.move_to_goal();
  return result;
}

}  // namespace heaptally
