#include "core/recording/event_log_reader.h"

#include <algorithm>

namespace heaptally {

// Chunks follow one another without gaps.
void EventLogReader::check(const LogExtent& extent) const {
  LogExtent before;
  if (!extents_.empty()) before = extents_.back();
  if (extent.first_event != before.first_event + before.events ||
      extent.first_block != before.first_block + before.blocks || extent.events == 0 ||
      extent.blocks > extent.events || extent.start < before.end || extent.end < extent.start) {
    throw sqlite::damaged(subject_, "chunks of the event log that do not follow one another");
  }
}

void EventLogReader::load(sqlite::Database& db, bool with_data) {
  subject_ = db.subject();
  sqlite::Statement row(db, with_data
                                ? "SELECT first, count, first_block, blocks, start_ns, end_ns, data"
                                  " FROM events ORDER BY first"
                                : "SELECT first, count, first_block, blocks, start_ns, end_ns"
                                  " FROM events ORDER BY first");
  while (row.step()) {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 60;  // so that sums do not overflow
    const LogExtent extent = {.first_event = row.below(0, kMost),
                              .events = row.below(1, kMostEventsInChunk + 1),
                              .first_block = row.below(2, kMost),
                              .blocks = row.below(3, kMostEventsInChunk + 1),
                              .start = Nanoseconds(row.below(4, kMostTime)),
                              .end = Nanoseconds(row.below(5, kMostTime))};
    check(extent);
    extents_.push_back(extent);
    if (!with_data) continue;
    const BlobView data = row.blob(6);
    data_.emplace_back(data.begin(), data.end());
  }
}

const LogChunk& EventLogReader::chunk(sqlite::Database* db, std::span<const TallyKey> tallies,
                                      std::size_t index) {
  const LogExtent& extent = extents_[index];
  const auto unpack = [&](BlobView data) {
    if (!codec_.decode(data, extent, tallies, chunk_)) {
      throw sqlite::damaged(subject_, "a chunk of the event log");
    }
  };
  if (!data_.empty()) {
    unpack(data_[index]);
    return chunk_;
  }
  sqlite::Statement row(*db, "SELECT data FROM events WHERE first = ?1");
  row.start(extent.first_event);
  if (!row.step()) throw sqlite::damaged(subject_, "a chunk of the event log that is gone");
  unpack(row.blob(0));
  return chunk_;
}

void EventLogReader::for_each_chunk(sqlite::Database* db, std::span<const TallyKey> tallies,
                                    Nanoseconds from, const ChunkVisitor& visit) {
  const auto first = std::partition_point(extents_.begin(), extents_.end(),
                                          [&](const LogExtent& each) { return each.end < from; });
  for (auto i = static_cast<std::size_t>(first - extents_.begin()); i < extents_.size(); ++i) {
    if (!visit(chunk(db, tallies, i))) return;
  }
}

void EventLogReader::for_each_block(sqlite::Database* db, std::span<const TallyKey> tallies,
                                    std::span<const std::uint64_t> blocks,
                                    const BlockVisitor& visit) {
  for (std::size_t i = 0; i < blocks.size();) {
    const auto next = std::partition_point(
        extents_.begin(), extents_.end(),
        [&](const LogExtent& each) { return each.first_block + each.blocks <= blocks[i]; });
    if (next == extents_.end()) {
      throw sqlite::damaged(subject_, "a block of the event log that is not there");
    }
    const LogChunk& found = chunk(db, tallies, static_cast<std::size_t>(next - extents_.begin()));
    const std::uint64_t first = next->first_block, end = first + next->blocks;
    for (; i < blocks.size() && blocks[i] < end; ++i) {
      visit(blocks[i], found.blocks[static_cast<std::size_t>(blocks[i] - first)]);
    }
  }
}

}  // namespace heaptally
