#include "core/collect/trace_store.h"

namespace heaptally {
namespace {

constexpr std::size_t kMaxModules = std::size_t{1} << 14;  // what a frame's key has room for

template <class Id, class T>
Id next_id(const std::vector<T>& all) {
  return Id{static_cast<std::uint32_t>(all.size())};
}

}  // namespace

TraceStore::TraceStore() {
  modules_.push_back({kNoModule, "", "", ""});
  // The root's frame stands for nothing; frame 0 is it.
  const FrameId nothing = frame(kNoModule, 0, FrameKind::kReturnAddress);
  traces_.push_back({kRootTrace, kRootTrace, nothing});
}

ModuleId TraceStore::module(const std::string& path, const std::string& build_id, bool& is_new) {
  is_new = false;
  const bool is_full = modules_.size() >= kMaxModules;
  if (is_full && !module_ids_.contains(path + '\0' + build_id)) return kNoModule;
  const auto [place, inserted] =
      module_ids_.try_emplace(path + '\0' + build_id, next_id<ModuleId>(modules_));
  is_new = inserted;
  if (inserted) modules_.push_back({place->second, path, build_id, ""});
  return place->second;
}

FrameId TraceStore::frame(ModuleId module, std::uint64_t address, FrameKind kind) {
  // Addresses have 48 bits, modules 14, kinds 2.
  const std::uint64_t key = (address & 0xffff'ffff'ffff) |
                            static_cast<std::uint64_t>(module) << 48 |
                            static_cast<std::uint64_t>(kind) << 62;
  const std::uint32_t found = frame_ids_.find(key);
  if (found != IdMap::kAbsent) return FrameId{found};
  const FrameId id = next_id<FrameId>(frames_);
  frame_ids_.insert(key, static_cast<std::uint32_t>(id));
  frames_.push_back({id, module, address, kind});
  return id;
}

TraceId TraceStore::trace(TraceId parent, FrameId frame) {
  const std::uint64_t key =
      static_cast<std::uint64_t>(parent) << 32 | static_cast<std::uint64_t>(frame);
  const std::uint32_t found = trace_ids_.find(key);
  if (found != IdMap::kAbsent) return TraceId{found};
  const TraceId id = next_id<TraceId>(traces_);
  trace_ids_.insert(key, static_cast<std::uint32_t>(id));
  traces_.push_back({id, parent, frame});
  return id;
}

}  // namespace heaptally
