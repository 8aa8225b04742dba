// LogBuilder: event logs made in memory, for tests of what is asked of them.
#pragma once

#include <algorithm>
#include <vector>

#include "core/profile/event_source.h"
#include "core/profile/moment.h"
#include "tests/profile/recording_builder.h"

namespace heaptally {

// Times in nanoseconds. A chunk has three events, so that most blocks end in another one.
class LogBuilder {
 public:
  static constexpr std::size_t kEventsInChunk = 3;

  std::uint64_t allocate(std::int64_t time, TallyId tally, std::uint64_t size,
                         std::uint64_t address = 0x1000) {
    LogChunk& chunk = next();
    const std::uint64_t number = chunk.extent.first_block + chunk.blocks.size();
    chunk.blocks.push_back({Nanoseconds(time), address, size, tally});
    add(chunk, {Nanoseconds(time), number, LogKind::kAllocated});
    return number;
  }
  void end(std::int64_t time, std::uint64_t block, LogKind kind = LogKind::kFreed) {
    add(next(), {Nanoseconds(time), block, kind});
  }

  EventSource source() const {
    return {[this](Nanoseconds from, const ChunkVisitor& visit) {
              for (const LogChunk& chunk : chunks_) {
                if (chunk.extent.end >= from && !visit(chunk)) return;
              }
            },
            [this](std::span<const std::uint64_t> blocks, const BlockVisitor& visit) {
              for (const std::uint64_t block : blocks) {
                for (const LogChunk& chunk : chunks_) {
                  const std::uint64_t here = block - chunk.extent.first_block;
                  if (here < chunk.blocks.size()) visit(block, chunk.blocks[here]);
                }
              }
            }};
  }

  // What it amounts to as buckets of a width, for a recording that is to agree.
  std::vector<Bucket> buckets(std::int64_t width) const {
    std::vector<LogBlock> blocks;
    std::vector<Bucket> all;
    for (const LogChunk& chunk : chunks_) {
      blocks.insert(blocks.end(), chunk.blocks.begin(), chunk.blocks.end());
      for (const LogEvent& event : chunk.events) {
        const Nanoseconds start(event.time.count() / width * width);
        if (all.empty() || all.back().start != start) {
          all.push_back({start, Nanoseconds(width), 0, {}});
        }
        note(all.back().deltas, event.kind, blocks[event.block]);
      }
    }
    return all;
  }

 private:
  static void note(std::vector<TallyDelta>& deltas, LogKind kind, const LogBlock& block) {
    auto delta = std::find_if(deltas.begin(), deltas.end(),
                              [&](const TallyDelta& each) { return each.id >= block.tally; });
    if (delta == deltas.end() || delta->id != block.tally) {
      delta =
          deltas.insert(delta, {.id = block.tally, .allocated = {}, .freed = {}, .temporary = {}});
    }
    const Amount amount = {block.size, 1};
    (kind == LogKind::kAllocated ? delta->allocated : delta->freed) += amount;
    if (kind == LogKind::kFreedTemporary) delta->temporary += amount;
  }

  LogChunk& next() {
    if (chunks_.empty() || chunks_.back().events.size() == kEventsInChunk) {
      LogExtent extent;
      if (!chunks_.empty()) {
        const LogChunk& last = chunks_.back();
        extent.first_event = last.extent.first_event + last.events.size();
        extent.first_block = last.extent.first_block + last.blocks.size();
      }
      chunks_.push_back({extent, {}, {}});
    }
    return chunks_.back();
  }
  static void add(LogChunk& chunk, const LogEvent& event) {
    if (chunk.events.empty()) chunk.extent.start = event.time;
    chunk.events.push_back(event);
    chunk.extent.events = chunk.events.size();
    chunk.extent.blocks = chunk.blocks.size();
    chunk.extent.end = event.time;
  }

  std::vector<LogChunk> chunks_;
};

// The moment `time`, as a user asks for it.
inline Moment at(std::int64_t time) {
  return {.kind = Moment::Kind::kTime, .time = Nanoseconds(time), .text = "--at"};
}

}  // namespace heaptally
