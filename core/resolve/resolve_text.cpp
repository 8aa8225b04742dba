#include <ostream>
#include <string>

#include <fmt/format.h>

#include "core/report/wording.h"
#include "core/resolve/resolve.h"

namespace heaptally {
namespace {

bool is_whole(const FrameCounts& counts) {
  return counts.with_line == counts.frames && counts.with_function == counts.frames;
}

std::string share(std::size_t before, std::size_t after, std::size_t frames) {
  std::string text = fmt::format("{} of {}", after, frames);
  if (before != after) text += fmt::format(" (before: {})", before);
  return text;
}

// Why there is no line for every frame.
std::string reason(const ResolvedModule& module) {
  const std::string id = module.build_id.empty() ? "a file without build-id"
                                                 : "build-id " + printable(module.build_id);
  const std::string& state = module.state;
  if (state == "dwarf") return "its debug information has no more";
  if (state == "symtab" || state == "dynsym") return "found no debug information of " + id;
  if (state == "none") return "found neither symbols nor debug information of " + id;
  if (state == "build-id differs") return "its file here is another build than " + id;
  return fmt::format("{}; wanted {}", state, id);
}

void write_module(const ResolvedModule& module, std::ostream& out) {
  const FrameCounts& after = module.after;
  out << fmt::format("{}: lines {}, functions {}", printable(module.path),
                     share(module.before.with_line, after.with_line, after.frames),
                     share(module.before.with_function, after.with_function, after.frames));
  if (!module.from.empty()) out << ", from " << printable(module.from);
  if (module.by_name) out << " (found by name alone: the recording has no build-id of it)";
  if (!is_whole(after)) out << "; " << reason(module);
  out << '\n';
}

}  // namespace

void write_text(const ResolveResult& result, std::ostream& out) {
  FrameCounts all;
  for (const ResolvedModule& module : result.modules) {
    all.frames += module.after.frames;
    all.with_line += module.after.with_line;
    if (!is_whole(module.before)) write_module(module, out);
  }
  out << fmt::format("{} resolved; {} of {} have a line\n", counted(result.improved, "frame"),
                     grouped_text(all.with_line), grouped_text(all.frames));
}

}  // namespace heaptally
