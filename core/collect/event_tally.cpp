#include "core/collect/event_tally.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

#include "core/collect/process_stats.h"

namespace heaptally {

void EventTally::on_time(std::function<void(Nanoseconds)> callback, Nanoseconds first) {
  callback_ = std::move(callback);
  next_call_ = first;
}

inline void EventTally::advance(std::uint64_t stamp) {
  if (stamp < last_stamp_) {
    ++counts_.late;
    return;
  }
  last_stamp_ = stamp;
  last_time_ = std::max(last_time_, clock_.since_start(stamp));
  if (last_time_ >= next_call_) callback_(last_time_);
}

inline std::uint64_t EventTally::key_of(const MergedEvent& event) {
  return static_cast<std::uint64_t>(event.source) << 32 | event.lane;
}

LaneState& EventTally::find_lane(KnownLane& known, const MergedEvent& event) {
  LaneState& lane = processes_.family(event.source).lane(event.lane);
  known = {key_of(event), &lane};
  return lane;
}

inline LaneState& EventTally::lane_of(const MergedEvent& event) {
  KnownLane& known = known_lanes_[(event.lane + event.source * 7) % kKnownLanes];
  if (known.key != key_of(event)) [[unlikely]]
    return find_lane(known, event);
  return *known.lane;
}

// The event's lane; the block that it is about is fetched until its turn comes.
inline LaneState& EventTally::look_ahead(const MergedEvent& event) {
  LaneState& lane = lane_of(event);
  if (lane.process != nullptr) lane.process->live.prefetch(event.event.address);
  return lane;
}

// The process of a lane whose first event was lost is that of the block that owns it.
bool EventTally::find_process(LaneState& lane, const MergedEvent& event) {
  ImageFamily& family = processes_.family(event.source);
  const std::uint64_t owner =
      family.memory().lane(event.lane).owner.load(std::memory_order_relaxed);
  lane.process = processes_.process_of(family, wire::owning_process(owner));
  if (lane.process == nullptr) return false;
  lane.task = tasks_.begin(lane.process->row, lane.process->program, 0, "(unknown thread)");
  return true;
}

void EventTally::begin_thread(LaneState& lane, const MergedEvent& merged) {
  const wire::Event& event = merged.event;
  char name[17] = {};
  std::memcpy(name, &event.address, 8);
  std::memcpy(name + 8, &event.size, 8);
  lane = {};
  lane.process = processes_.process_of(processes_.family(merged.source), event.process);
  if (lane.process == nullptr) return;
  lane.tid = static_cast<std::int32_t>(event.trace);
  lane.task = tasks_.begin(lane.process->row, lane.process->program, lane.tid, name);
}

TallyId EventTally::look_up(const LaneState& lane, wire::TraceIndex trace, SizeClass size_class,
                            bool& is_sound) {
  const TrackedProcess& process = *lane.process;
  const TraceId id = process.family->trace_of(trace, process.pid, traces_, is_sound);
  if (!is_sound) ++counts_.damaged_traces;
  return tallies_.tally_of(id, lane.task, size_class);
}

inline TallyId EventTally::tally_for(const LaneState& lane, wire::TraceIndex trace,
                                     std::uint64_t size) {
  static_assert(TaskTable::kMaxIndividual + TaskTable::kMaxFolded + TaskTable::kMaxInDomains +
                    DomainTable::kMaxNamed + 3 <
                1 << 15);
  const auto size_class = static_cast<std::uint64_t>(std::bit_width(size));
  const std::uint64_t key = std::uint64_t{1} << 63 | size_class << 48 |
                            static_cast<std::uint64_t>(lane.task) << 32 | trace;
  const std::uint32_t family = lane.process->family->number();
  constexpr int kShift = 64 - std::bit_width(kKnownTallies - 1);
  KnownTally& known = known_tallies_[(key + family) * 0x9e3779b97f4a7c15 >> kShift];
  if (known.key == key && known.family == family) return known.tally;
  bool is_sound = true;
  const TallyId tally = look_up(lane, trace, static_cast<SizeClass>(size_class), is_sound);
  if (is_sound) known = {key, family, tally};
  return tally;
}

inline void EventTally::allocate(LaneState& lane, const wire::Event& event) {
  TrackedProcess& process = *lane.process;
  const TallyId tally = tally_for(lane, event.trace, event.size);
  LiveBlock former;
  if (process.live.insert({event.address, event.size, last_time_, tally}, former)) {
    // Its free was not seen.
    ++counts_.inferred_frees;
    tallies_.free(former.tally, former.size, former.birth, last_time_, false, process.tally);
    if (log_ != nullptr)
      log_->add(RawEvent::freed(last_time_, process.number, event.address, false));
  }
  tallies_.allocate(tally, event.size, last_time_, process.tally);
  lane.last_allocation = event.address;
  if (log_ != nullptr) [[unlikely]]
    log_->add(RawEvent::allocated(last_time_, process.number, event.address, event.size, tally));
}

inline void EventTally::free(LaneState& lane, std::uint64_t address) {
  TrackedProcess& process = *lane.process;
  LiveBlock block;
  if (!process.live.remove(address, block)) return free_unknown(lane);
  ++counts_.frees;
  const bool temporary =
      address == lane.last_allocation && tallies_.task_of(block.tally) == lane.task;
  if (address == lane.last_allocation) lane.last_allocation = 0;
  tallies_.free(block.tally, block.size, block.birth, last_time_, temporary, process.tally);
  if (log_ != nullptr) [[unlikely]]
    log_->add(RawEvent::freed(last_time_, process.number, address, temporary));
}

// Nothing was recorded of the block, with or without a reason.
void EventTally::free_unknown(LaneState& lane) {
  if (std::exchange(lane.frees_own_block, false)) return;
  const TrackedProcess& process = *lane.process;
  if (process.has_untraced) {
    ++counts_.untraced_frees;
    return;
  }
  ++counts_.frees;
  ++(process.is_forked ? counts_.inherited_frees : counts_.unknown_frees);
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

// Once all of its text is there.
void EventTally::end_note(LaneState& lane, const MergedEvent& merged) {
  if (!lane.note.has_value() || lane.note->text.size() < lane.note->text_bytes) return;
  if (lane.note->kind == wire::NoteKind::kStackDiffers) {
    note_difference(*lane.process, *lane.note);
  } else if (lane.note->kind == wire::NoteKind::kMark) {
    // Later than all before it, even where the clock reads the same: births tell which side of the
    // mark a block is of.
    ++last_time_;
    if (mark_callback_) mark_callback_(*lane.process, lane.note->text);
  } else if (is_word(lane.note->kind)) {
    ++last_time_;
    if (last_time_ >= next_call_) callback_(last_time_);
    if (log_ != nullptr && lane.note->kind == wire::NoteKind::kClear) log_forgotten(*lane.process);
    if (lane.note->kind == wire::NoteKind::kClear) in_domains_.forget(*lane.process);
    if (word_callback_) word_callback_(*lane.process, merged.lane, *lane.note);
  } else if (lane.note->kind == wire::NoteKind::kDomain) {
    in_domains_.name(*lane.process, lane.note->value, lane.note->text);
  } else {
    processes_.note(*lane.process, *lane.note, merged.event.stamp);
  }
  lane.note.reset();
}

// The program wants to hear no more of its blocks: they go as if they were freed.
void EventTally::log_forgotten(const TrackedProcess& process) {
  process.live.for_each([&](const LiveBlock& block) {
    log_->add(RawEvent::freed(last_time_, process.number, block.address, false));
  });
}

void EventTally::note_difference(const TrackedProcess& process, const PendingNote& note) {
  constexpr std::size_t kMost = 8;
  wire::TraceIndex by_libunwind = 0;
  const std::string& text = note.text;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), by_libunwind);
  if (problem != std::errc() || differences_.size() == kMost) return;
  bool is_sound = true;
  ImageFamily& family = *process.family;
  const TraceId captured = family.trace_of(note.value, process.pid, traces_, is_sound);
  const TraceId other = family.trace_of(by_libunwind, process.pid, traces_, is_sound);
  if (is_sound) differences_.push_back({process.pid, captured, other});
}

void EventTally::apply_rare(LaneState& lane, const MergedEvent& merged) {
  const wire::Event& event = merged.event;
  if (event.kind == wire::EventKind::kThreadBegin) return begin_thread(lane, merged);
  if (lane.process == nullptr && !find_process(lane, merged)) {
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
    case wire::EventKind::kDomainAllocate:
    case wire::EventKind::kDomainFree:
    case wire::EventKind::kMap:
    case wire::EventKind::kUnmap:
      return in_domains_.apply(lane, event, last_time_);
    case wire::EventKind::kNote:
      begin_note(lane, event);
      break;
    case wire::EventKind::kText:
      add_text(lane, event);
      break;
    default:
      return;
  }
  end_note(lane, merged);
}

inline void EventTally::apply(LaneState& lane, const MergedEvent& merged) {
  const wire::Event& event = merged.event;
  advance(event.stamp);
  if (lane.process == nullptr) [[unlikely]]
    return apply_rare(lane, merged);
  if (event.kind == wire::EventKind::kAllocate) return allocate(lane, event);
  if (event.kind == wire::EventKind::kFree) return free(lane, event.address);
  apply_rare(lane, merged);
}

void EventTally::apply(std::span<const MergedEvent> events) {
  std::array<LaneState*, kAhead> lanes;
  for (std::size_t i = 0; i < std::min(kAhead, events.size()); ++i) {
    lanes[i] = &look_ahead(events[i]);
  }
  for (std::size_t i = 0; i < events.size(); ++i) {
    apply(*lanes[i % kAhead], events[i]);
    if (i + kAhead < events.size()) lanes[i % kAhead] = &look_ahead(events[i + kAhead]);
  }
}

void EventTally::end_process(TrackedProcess& process) {
  process.live.for_each([&](const LiveBlock& block) {
    tallies_.end(block.tally, block.size, block.birth, process.tally);
  });
  in_domains_.end_process(process);
  if (log_ != nullptr) log_->add(RawEvent::ended(last_time_, process.number));
  for (LaneState& lane : process.family->lanes()) {
    if (lane.process == &process) lane = {};
  }
}

void EventTally::refresh_thread_names(ImageFamily& family) {
  for (LaneState& lane : family.lanes()) {
    if (lane.tid == 0 || !tasks_.is_individual(lane.task)) continue;
    const std::string name = thread_name(lane.process->pid, lane.tid);
    if (name.empty()) {
      lane.tid = 0;  // it has ended
    } else {
      tasks_.rename(lane.task, name);
    }
  }
}

}  // namespace heaptally
