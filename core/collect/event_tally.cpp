#include "core/collect/event_tally.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/collect/process_stats.h"

namespace heaptally {

void EventTally::on_time(std::function<void(Nanoseconds)> callback, Nanoseconds first) {
  callback_ = std::move(callback);
  next_call_ = first;
}

void EventTally::begin_image(ProcessImage& image) {
  image_ = &image;
  lanes_.clear();
}

void EventTally::end_image() {
  tallies_.end_image();
  live_.clear();
  lanes_.clear();
  image_ = nullptr;
}

void EventTally::advance(std::uint64_t stamp) {
  if (stamp < last_stamp_) {
    ++counts_.late;
    return;
  }
  last_stamp_ = stamp;
  last_time_ = std::max(last_time_, clock_.since_start(stamp));
  if (last_time_ >= next_call_) callback_(last_time_);
}

EventTally::Lane& EventTally::lane_of(std::uint32_t index) {
  if (index >= lanes_.size()) lanes_.resize(index + 1);
  Lane& lane = lanes_[index];
  if (!lane.has_task) {
    // Its first event was lost.
    lane.has_task = true;
    lane.task = tasks_.begin(image_->id(), 0, "(unknown thread)");
  }
  return lane;
}

void EventTally::begin_thread(Lane& lane, const wire::Event& event) {
  char name[17] = {};
  std::memcpy(name, &event.address, 8);
  std::memcpy(name + 8, &event.size, 8);
  lane = {};
  lane.has_task = true;
  lane.tid = static_cast<std::int32_t>(event.trace);
  lane.task = tasks_.begin(image_->id(), lane.tid, name);
}

TallyId EventTally::tally_for(Lane& lane, wire::TraceIndex trace, std::uint64_t size) {
  const auto size_class = static_cast<SizeClass>(std::bit_width(size));
  if (trace == lane.memo_trace && size_class == lane.memo_class) return lane.memo_tally;
  bool is_sound = true;
  const TraceId id = image_->trace_of(trace, traces_, is_sound);
  if (!is_sound) ++counts_.damaged_traces;
  lane.memo_tally = tallies_.tally_of(id, lane.task, size_class);
  lane.memo_trace = trace;
  lane.memo_class = size_class;
  return lane.memo_tally;
}

void EventTally::allocate(Lane& lane, const wire::Event& event) {
  bool existed = false;
  LiveBlock& block = live_.insert(event.address, existed);
  if (existed) {
    // Its free was not seen.
    ++counts_.inferred_frees;
    tallies_.free(block.tally, block.size, last_time_ - block.birth, false);
  }
  block.size = event.size;
  block.birth = last_time_;
  block.tally = tally_for(lane, event.trace, event.size);
  tallies_.allocate(block.tally, event.size, last_time_);
  lane.last_allocation = event.address;
}

void EventTally::free(Lane& lane, std::uint64_t address) {
  ++counts_.frees;
  LiveBlock block;
  if (!live_.remove(address, block)) {
    ++counts_.unknown_frees;
    return;
  }
  const bool temporary =
      address == lane.last_allocation && tallies_.task_of(block.tally) == lane.task;
  if (address == lane.last_allocation) lane.last_allocation = 0;
  tallies_.free(block.tally, block.size, last_time_ - block.birth, temporary);
}

void EventTally::apply(const wire::Event& event, std::uint32_t index) {
  advance(event.stamp);
  if (event.kind == wire::EventKind::kThreadBegin) {
    if (index >= lanes_.size()) lanes_.resize(index + 1);
    begin_thread(lanes_[index], event);
    return;
  }
  Lane& lane = lane_of(index);
  switch (event.kind) {
    case wire::EventKind::kAllocate:
    case wire::EventKind::kReallocateTo:
      allocate(lane, event);
      break;
    case wire::EventKind::kFree:
    case wire::EventKind::kReallocateFrom:
      free(lane, event.address);
      break;
    default:
      break;
  }
}

void EventTally::refresh_thread_names() {
  if (image_ == nullptr) return;
  for (Lane& lane : lanes_) {
    if (lane.tid == 0 || index_of(lane.task) >= TaskTable::kMaxIndividual) continue;
    const std::string name = thread_name(image_->pid(), lane.tid);
    if (name.empty()) {
      lane.tid = 0;  // it has ended
    } else {
      tasks_.rename(lane.task, name);
    }
  }
}

}  // namespace heaptally
