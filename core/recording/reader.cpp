#include "core/recording/reader.h"

#include <utility>

#include "core/recording/delta_codec.h"
#include "core/recording/derive.h"
#include "core/recording/load.h"
#include "core/recording/open.h"

namespace heaptally {

namespace {

constexpr std::int64_t kMostTime = std::int64_t{1} << 61;
constexpr const char* kSelectTimeline =
    "SELECT start_ns, width_ns, max_live_bytes, deltas FROM timeline ORDER BY start_ns";

// A row of the timeline, still packed.
struct PackedBucket {
  Nanoseconds start{0};
  Nanoseconds width{0};
  std::uint64_t max_live_bytes = 0;
  std::vector<std::uint8_t> deltas;
};

}  // namespace

struct RecordingReader::Impl {
  explicit Impl(const std::filesystem::path& path) : opened(open_recording(path)) {}

  void load();
  void for_each_row(const std::function<bool(const PackedBucket&, BlobView)>& visit);
  void for_each_bucket(const VisitBucket& visit);

  OpenedRecording opened;
  RecordingData data;
  bool snapshot = false;  // `rows` has the timeline, as it was with `data`
  std::vector<PackedBucket> rows;
  DeltaCodec codec;
};

void RecordingReader::Impl::load() {
  sqlite::Database& database = opened.database;
  database.execute("BEGIN");
  bool totals_stored = false;
  data = load_tables(database, totals_stored);
  if (!opened.settled) {
    for_each_row([&](const PackedBucket& row, BlobView deltas) {
      rows.push_back(row);
      rows.back().deltas.assign(deltas.begin(), deltas.end());
      return true;
    });
    snapshot = true;
  }
  database.execute("COMMIT");
  if (!data.header.complete || !totals_stored) {
    derive_totals([&](const VisitBucket& visit) { for_each_bucket(visit); }, data);
  }
}

void RecordingReader::Impl::for_each_row(
    const std::function<bool(const PackedBucket&, BlobView)>& visit) {
  if (snapshot) {
    for (const PackedBucket& row : rows) {
      if (!visit(row, row.deltas)) return;
    }
    return;
  }
  sqlite::Statement select(opened.database, kSelectTimeline);
  PackedBucket row;
  Nanoseconds end{0};
  while (select.step()) {
    row.start = Nanoseconds(select.below(0, kMostTime));
    row.width = Nanoseconds(select.below(1, kMostTime));
    row.max_live_bytes = select.word(2);
    if (row.start < end || row.width.count() == 0) {
      throw sqlite::damaged(opened.database.subject(), "buckets of the timeline overlap");
    }
    end = row.start + row.width;
    if (!visit(row, select.blob(3))) return;
  }
}

void RecordingReader::Impl::for_each_bucket(const VisitBucket& visit) {
  Bucket bucket;
  for_each_row([&](const PackedBucket& row, BlobView deltas) {
    bucket.start = row.start;
    bucket.width = row.width;
    bucket.max_live_bytes = row.max_live_bytes;
    if (!codec.decode(deltas, data.tallies.size(), bucket.deltas)) {
      throw sqlite::damaged(opened.database.subject(), "a bucket of the timeline");
    }
    return visit(bucket);
  });
}

RecordingReader::RecordingReader(const std::filesystem::path& path)
    : impl_(std::make_unique<Impl>(path)) {
  impl_->load();
}

RecordingReader::~RecordingReader() = default;

const RecordingData& RecordingReader::data() const { return impl_->data; }

void RecordingReader::for_each_bucket(const std::function<bool(const Bucket&)>& visit) {
  impl_->for_each_bucket(visit);
}

}  // namespace heaptally
