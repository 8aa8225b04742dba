#include "core/recording/reader.h"

#include <optional>
#include <string>
#include <utility>

#include "core/recording/delta_codec.h"
#include "core/recording/derive.h"
#include "core/recording/derive_processes.h"
#include "core/recording/event_log_reader.h"
#include "core/recording/load.h"
#include "core/recording/open.h"
#include "core/recording/read_watch.h"

namespace heaptally {

namespace {

constexpr const char* kSelectTimeline =
    "SELECT start_ns, width_ns, max_live_bytes, deltas FROM timeline WHERE start_ns >= "
    "coalesce((SELECT max(start_ns) FROM timeline WHERE start_ns <= ?), 0) ORDER BY start_ns";

constexpr const char* kSelectWeights =
    "SELECT coalesce(sum(length(deltas)), 0), "
    "coalesce(sum(length(deltas)) FILTER (WHERE start_ns < ?), 0) FROM timeline";

constexpr const char* kSelectCrossings =
    "SELECT since_ns, born_ns, deltas FROM crossings ORDER BY id";

// A row of `crossings`, still packed.
struct PackedCrossing {
  Nanoseconds since{0};
  std::optional<Nanoseconds> born;
  std::vector<std::uint8_t> deltas;
};

// A row of the timeline, still packed.
struct PackedBucket {
  Nanoseconds start{0};
  Nanoseconds width{0};
  std::uint64_t max_live_bytes = 0;
  std::vector<std::uint8_t> deltas;
};

}  // namespace

struct RecordingReader::Impl {
  explicit Impl(const std::filesystem::path& path)
      : subject(path.string()), opened(open_recording(path)) {}

  void load(const ReadProgress& progress);
  void work_out(std::int64_t version, bool totals_stored);
  void for_each_row(Nanoseconds after,
                    const std::function<bool(const PackedBucket&, BlobView)>& visit);
  void for_each_bucket(Nanoseconds after, const VisitBucket& visit);
  bool is_late(Nanoseconds moment);
  void for_each_packed_crossing(const std::function<bool(const PackedCrossing&, BlobView)>& visit);
  void for_each_crossing(const std::function<bool(const Crossing&)>& visit);
  sqlite::Database* database() { return opened ? &opened->database : nullptr; }

  std::string subject;
  RecordingData data;
  // Either the file, or, if a writer may still be at it, the timeline as it was with
  // `data`: an open file would keep the writer from finishing.
  std::optional<OpenedRecording> opened;
  std::vector<PackedBucket> rows;
  std::vector<PackedCrossing> crossings;
  DeltaCodec codec;
  EventLogReader log;
};

void RecordingReader::Impl::load(const ReadProgress& progress) {
  sqlite::Database& database = opened->database;
  database.execute("BEGIN");
  bool totals_stored = false;
  const std::int64_t version = opened->version;
  {
    const ReadWatch watch(database, progress);
    data = load_tables(database, version, totals_stored);
  }
  data.knows_crossings = version >= 4;
  if (version >= 4) log.load(database, !opened->settled);
  if (!opened->settled) {
    for_each_row(Nanoseconds{0}, [&](const PackedBucket& row, BlobView deltas) {
      rows.push_back(row);
      rows.back().deltas.assign(deltas.begin(), deltas.end());
      return true;
    });
    for_each_packed_crossing([&](const PackedCrossing& row, BlobView deltas) {
      crossings.push_back(row);
      crossings.back().deltas.assign(deltas.begin(), deltas.end());
      return true;
    });
  }
  database.execute("COMMIT");
  if (!opened->settled) opened.reset();
  work_out(version, totals_stored);
}

// What the file does not say.
void RecordingReader::Impl::work_out(std::int64_t version, bool totals_stored) {
  const ForEachBucket timeline = [&](const VisitBucket& visit) {
    for_each_bucket(Nanoseconds{0}, visit);
  };
  if (version == 1) link_images_of_version_1(data);
  if (!data.header.complete || !totals_stored) {
    derive_totals(timeline, data);
    derive_processes(timeline, data);
  } else if (version == 1) {
    derive_processes_of_version_1(timeline, data);
  }
}

void RecordingReader::Impl::for_each_row(
    Nanoseconds after, const std::function<bool(const PackedBucket&, BlobView)>& visit) {
  if (!opened) {
    for (const PackedBucket& row : rows) {
      if (!visit(row, row.deltas)) return;
    }
    return;
  }
  sqlite::Statement select(opened->database, kSelectTimeline);
  select.start(after.count());
  PackedBucket row;
  Nanoseconds end{0};
  while (select.step()) {
    row.start = Nanoseconds(select.below(0, kMostTime));
    row.width = Nanoseconds(select.below(1, kMostTime));
    row.max_live_bytes = select.word(2);
    if (row.start < end || row.width.count() == 0) {
      throw sqlite::damaged(subject, "buckets of the timeline overlap");
    }
    end = row.start + row.width;
    if (!visit(row, select.blob(3))) return;
  }
}

void RecordingReader::Impl::for_each_bucket(Nanoseconds after, const VisitBucket& visit) {
  Bucket bucket;
  for_each_row(after, [&](const PackedBucket& row, BlobView deltas) {
    bucket.start = row.start;
    bucket.width = row.width;
    bucket.max_live_bytes = row.max_live_bytes;
    if (!codec.decode(deltas, data.tallies.size(), bucket.deltas)) {
      throw sqlite::damaged(subject, "a bucket of the timeline");
    }
    return visit(bucket);
  });
}

bool RecordingReader::Impl::is_late(Nanoseconds moment) {
  if (!opened) return false;
  sqlite::Statement select(opened->database, kSelectWeights);
  select.start(moment.count());
  return select.step() && select.integer(1) > select.integer(0) / 2;
}

void RecordingReader::Impl::for_each_packed_crossing(
    const std::function<bool(const PackedCrossing&, BlobView)>& visit) {
  if (!data.knows_crossings) return;
  if (!opened) {
    for (const PackedCrossing& row : crossings) {
      if (!visit(row, row.deltas)) return;
    }
    return;
  }
  sqlite::Statement select(opened->database, kSelectCrossings);
  PackedCrossing row;
  while (select.step()) {
    const Nanoseconds before = row.since;
    row.since = Nanoseconds(select.below(0, kMostTime));
    row.born.reset();
    if (!select.is_null(1)) row.born = Nanoseconds(select.below(1, kMostTime));
    if (row.since < before || (row.born && *row.born >= row.since)) {
      throw sqlite::damaged(subject, "what crossed a mark is out of order");
    }
    if (!visit(row, select.blob(2))) return;
  }
}

void RecordingReader::Impl::for_each_crossing(const std::function<bool(const Crossing&)>& visit) {
  Crossing crossing;
  for_each_packed_crossing([&](const PackedCrossing& row, BlobView deltas) {
    crossing.since = row.since;
    crossing.born = row.born;
    if (!codec.decode(deltas, data.tallies.size(), crossing.amounts)) {
      throw sqlite::damaged(subject, "what crossed a mark");
    }
    return visit(crossing);
  });
}

RecordingReader::RecordingReader(const std::filesystem::path& path, const ReadProgress& progress)
    : impl_(std::make_unique<Impl>(path)) {
  impl_->load(progress);
}

RecordingReader::~RecordingReader() = default;

const RecordingData& RecordingReader::data() const { return impl_->data; }

void RecordingReader::for_each_bucket(const std::function<bool(const Bucket&)>& visit) {
  impl_->for_each_bucket(Nanoseconds{0}, visit);
}

void RecordingReader::for_each_bucket_after(Nanoseconds moment,
                                            const std::function<bool(const Bucket&)>& visit) {
  impl_->for_each_bucket(moment, visit);
}

bool RecordingReader::is_late(Nanoseconds moment) { return impl_->is_late(moment); }

void RecordingReader::for_each_crossing(const std::function<bool(const Crossing&)>& visit) {
  impl_->for_each_crossing(visit);
}

void RecordingReader::for_each_chunk(Nanoseconds from, const ChunkVisitor& visit) {
  impl_->log.for_each_chunk(impl_->database(), impl_->data.tallies, from, visit);
}

void RecordingReader::for_each_block(std::span<const std::uint64_t> blocks,
                                     const BlockVisitor& visit) {
  impl_->log.for_each_block(impl_->database(), impl_->data.tallies, blocks, visit);
}

}  // namespace heaptally
