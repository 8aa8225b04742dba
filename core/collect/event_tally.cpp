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

void EventTally::advance(std::uint64_t stamp) {
  if (stamp < last_stamp_) {
    ++counts_.late;
    return;
  }
  last_stamp_ = stamp;
  last_time_ = std::max(last_time_, clock_.since_start(stamp));
  if (last_time_ >= next_call_) callback_(last_time_);
}

// The process of a lane whose first event was lost is that of the block that owns it.
bool EventTally::find_process(LaneState& lane, ImageFamily& family, std::uint32_t index) {
  const std::uint64_t owner = family.memory().lane(index).owner.load(std::memory_order_relaxed);
  lane.process = processes_.process_of(family, wire::owning_process(owner));
  if (lane.process == nullptr) return false;
  lane.task = tasks_.begin(lane.process->row, lane.process->program, 0, "(unknown thread)");
  return true;
}

void EventTally::begin_thread(LaneState& lane, ImageFamily& family, const wire::Event& event) {
  char name[17] = {};
  std::memcpy(name, &event.address, 8);
  std::memcpy(name + 8, &event.size, 8);
  lane = {};
  lane.process = processes_.process_of(family, event.process);
  if (lane.process == nullptr) return;
  lane.tid = static_cast<std::int32_t>(event.trace);
  lane.task = tasks_.begin(lane.process->row, lane.process->program, lane.tid, name);
}

TallyId EventTally::tally_for(LaneState& lane, wire::TraceIndex trace, std::uint64_t size) {
  const auto size_class = static_cast<SizeClass>(std::bit_width(size));
  if (trace == lane.memo_trace && size_class == lane.memo_class) return lane.memo_tally;
  bool is_sound = true;
  const TrackedProcess& process = *lane.process;
  const TraceId id = process.family->trace_of(trace, process.pid, traces_, is_sound);
  if (!is_sound) ++counts_.damaged_traces;
  lane.memo_tally = tallies_.tally_of(id, lane.task, size_class);
  lane.memo_trace = trace;
  lane.memo_class = size_class;
  return lane.memo_tally;
}

void EventTally::allocate(LaneState& lane, const wire::Event& event) {
  TrackedProcess& process = *lane.process;
  bool existed = false;
  LiveBlock& block = process.live.insert(event.address, existed);
  if (existed) {
    // Its free was not seen.
    ++counts_.inferred_frees;
    tallies_.free(block.tally, block.size, last_time_ - block.birth, false, process.tally);
  }
  block.size = event.size;
  block.birth = last_time_;
  block.tally = tally_for(lane, event.trace, event.size);
  tallies_.allocate(block.tally, event.size, last_time_, process.tally);
  lane.last_allocation = event.address;
}

void EventTally::free(LaneState& lane, std::uint64_t address) {
  TrackedProcess& process = *lane.process;
  ++counts_.frees;
  LiveBlock block;
  if (!process.live.remove(address, block)) {
    ++(process.is_forked ? counts_.inherited_frees : counts_.unknown_frees);
    return;
  }
  const bool temporary =
      address == lane.last_allocation && tallies_.task_of(block.tally) == lane.task;
  if (address == lane.last_allocation) lane.last_allocation = 0;
  tallies_.free(block.tally, block.size, last_time_ - block.birth, temporary, process.tally);
}

void EventTally::begin_note(LaneState& lane, const wire::Event& event) {
  lane.note = PendingNote{static_cast<wire::NoteKind>(event.address),
                          static_cast<std::int32_t>(event.size),
                          static_cast<std::uint32_t>(event.size >> 32),
                          std::min(event.trace, wire::kMaxNoteText),
                          {}};
}

void EventTally::add_text(LaneState& lane, const wire::Event& event) {
  if (!lane.note.has_value()) return;
  char text[wire::kTextBytes];
  std::memcpy(text, &event.address, 8);
  std::memcpy(text + 8, &event.size, 8);
  std::memcpy(text + 16, &event.trace, 4);
  std::string& all = lane.note->text;
  all.append(text, std::min<std::size_t>(sizeof(text), lane.note->text_bytes - all.size()));
}

void EventTally::apply(const wire::Event& event, ImageFamily& family, std::uint32_t index) {
  advance(event.stamp);
  LaneState& lane = family.lane(index);
  if (event.kind == wire::EventKind::kThreadBegin) return begin_thread(lane, family, event);
  if (lane.process == nullptr && !find_process(lane, family, index)) {
    ++counts_.orphans;
    return;
  }
  switch (event.kind) {
    case wire::EventKind::kAllocate:
    case wire::EventKind::kReallocateTo:
      return allocate(lane, event);
    case wire::EventKind::kFree:
    case wire::EventKind::kReallocateFrom:
      return free(lane, event.address);
    case wire::EventKind::kNote:
      begin_note(lane, event);
      break;
    case wire::EventKind::kText:
      add_text(lane, event);
      break;
    default:
      return;
  }
  if (!lane.note.has_value() || lane.note->text.size() < lane.note->text_bytes) return;
  processes_.note(*lane.process, *lane.note, event.stamp);
  lane.note.reset();
}

void EventTally::end_process(TrackedProcess& process) {
  process.live.for_each(
      [&](const LiveBlock& block) { tallies_.end(block.tally, block.size, process.tally); });
  for (LaneState& lane : process.family->lanes()) {
    if (lane.process == &process) lane = {};
  }
}

void EventTally::refresh_thread_names(ImageFamily& family) {
  for (LaneState& lane : family.lanes()) {
    if (lane.tid == 0 || index_of(lane.task) >= TaskTable::kMaxIndividual) continue;
    const std::string name = thread_name(lane.process->pid, lane.tid);
    if (name.empty()) {
      lane.tid = 0;  // it has ended
    } else {
      tasks_.rename(lane.task, name);
    }
  }
}

}  // namespace heaptally
