#include "core/collect/process_image.h"

#include <fstream>

#include <fmt/format.h>

namespace heaptally {
namespace {

constexpr std::uint32_t kUnknown = ~std::uint32_t{0};

}  // namespace

// A path that did not fit into its record is found by the address of the mapping.
std::string ProcessImage::full_path(const SharedMemory::Module& module) const {
  std::ifstream maps(fmt::format("/proc/{}/maps", pid_));
  const std::string start = fmt::format("{:x}-", module.start);
  for (std::string line; std::getline(maps, line);) {
    const std::size_t slash = line.find('/');
    if (line.starts_with(start) && slash != std::string::npos) return line.substr(slash);
  }
  return module.path;
}

const ProcessImage::KnownModule& ProcessImage::module_of(std::uint32_t record, TraceStore& store) {
  if (record >= modules_.size()) modules_.resize(record + 1);
  KnownModule& known = modules_[record];
  if (known.is_known) return known;
  SharedMemory::Module module;
  if (!memory_.read_module(record, module)) return known;
  if (module.path_is_cut) module.path = full_path(module);
  bool is_new = false;
  known = {true, store.module(module.path, module.build_id, is_new), module.bias};
  if (is_new) {
    new_modules_.push_back({known.id, module.path, module.build_id, module.is_executable});
  }
  return known;
}

FrameId ProcessImage::frame_of(wire::FrameKey key, TraceStore& store) {
  const KnownModule& module = module_of(wire::frame_module(key), store);
  return store.frame(module.id, wire::frame_address(key) - module.bias,
                     static_cast<FrameKind>(wire::frame_kind(key)));
}

TraceId ProcessImage::trace_of(wire::TraceIndex index, TraceStore& store, bool& is_sound) {
  is_sound = true;
  if (index < traces_.size() && traces_[index] != kUnknown) return TraceId{traces_[index]};
  // Outward to a node that is known already, or the root.
  path_.clear();
  while (index != 0 && (index >= traces_.size() || traces_[index] == kUnknown)) {
    SharedMemory::Node node;
    if (path_.size() > wire::kMaxDepth + 1 || !memory_.read_node(index, node)) {
      is_sound = false;
      return kRootTrace;
    }
    path_.push_back(index);
    index = node.parent;
  }
  TraceId trace = index == 0 ? kRootTrace : TraceId{traces_[index]};
  for (auto node_index = path_.rbegin(); node_index != path_.rend(); ++node_index) {
    SharedMemory::Node node;
    if (!memory_.read_node(*node_index, node)) break;
    trace = store.trace(trace, frame_of(node.key, store));
    if (*node_index >= traces_.size()) traces_.resize(*node_index + 1 + *node_index / 2, kUnknown);
    traces_[*node_index] = static_cast<std::uint32_t>(trace);
  }
  return trace;
}

}  // namespace heaptally
