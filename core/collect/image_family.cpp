#include "core/collect/image_family.h"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

namespace heaptally {
namespace {

constexpr std::uint32_t kUnknown = ~std::uint32_t{0};

}  // namespace

void ImageFamily::set_process(std::uint32_t block, TrackedProcess* process) {
  if (block >= processes_.size()) processes_.resize(block + 1);
  if (processes_[block] != nullptr) --count_;
  if (process != nullptr) ++count_;
  processes_[block] = process;
}

// A path that did not fit into its record is found by the address of the mapping.
std::string ImageFamily::full_path(const SharedMemory::Module& module, std::int32_t pid) {
  std::ifstream maps(fmt::format("/proc/{}/maps", pid));
  const std::string start = fmt::format("{:x}-", module.start);
  for (std::string line; std::getline(maps, line);) {
    const std::size_t slash = line.find('/');
    if (line.starts_with(start) && slash != std::string::npos) return line.substr(slash);
  }
  return module.path;
}

const ImageFamily::KnownModule& ImageFamily::module_of(std::uint32_t record, std::int32_t pid,
                                                       TraceStore& store) {
  if (record >= modules_.size()) modules_.resize(record + 1);
  KnownModule& known = modules_[record];
  if (known.is_known) return known;
  SharedMemory::Module module;
  if (!memory_->read_module(record, module)) return known;
  if (module.path_is_cut) module.path = full_path(module, pid);
  bool is_new = false;
  known = {true, store.module(module.path, module.build_id, is_new), module.bias};
  if (is_new) {
    new_modules_.push_back({known.id, module.path, module.build_id, pid, module.is_executable});
  }
  return known;
}

FrameId ImageFamily::frame_of(wire::FrameKey key, std::int32_t pid, TraceStore& store) {
  const KnownModule& module = module_of(wire::frame_module(key), pid, store);
  return store.frame(module.id, wire::frame_address(key) - module.bias,
                     static_cast<FrameKind>(wire::frame_kind(key)));
}

TraceId ImageFamily::trace_of(wire::TraceIndex index, std::int32_t pid, TraceStore& store,
                              bool& is_sound) {
  is_sound = true;
  if (index < traces_.size() && traces_[index] != kUnknown) return TraceId{traces_[index]};
  // Outward to a node that is known already, or the root.
  path_.clear();
  while (index != 0 && (index >= traces_.size() || traces_[index] == kUnknown)) {
    SharedMemory::Node node;
    if (path_.size() > wire::kMaxDepth + 1 || !memory_->read_node(index, node)) {
      is_sound = false;
      return kRootTrace;
    }
    path_.push_back(index);
    index = node.parent;
  }
  TraceId trace = index == 0 ? kRootTrace : TraceId{traces_[index]};
  for (auto node_index = path_.rbegin(); node_index != path_.rend(); ++node_index) {
    SharedMemory::Node node;
    if (!memory_->read_node(*node_index, node)) break;
    trace = store.trace(trace, frame_of(node.key, pid, store));
    if (*node_index >= traces_.size()) traces_.resize(*node_index + 1 + *node_index / 2, kUnknown);
    traces_[*node_index] = static_cast<std::uint32_t>(trace);
  }
  return trace;
}

wire::TraceIndex ImageFamily::node_of(TraceId trace) const {
  if (trace == kRootTrace) return 0;
  const auto found = std::find(traces_.rbegin(), traces_.rend(), static_cast<std::uint32_t>(trace));
  return static_cast<wire::TraceIndex>(traces_.rend() - found) - (found == traces_.rend() ? 0 : 1);
}

}  // namespace heaptally
