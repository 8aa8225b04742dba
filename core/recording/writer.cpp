#include "core/recording/writer.h"

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/recording/create.h"
#include "core/recording/delta_codec.h"
#include "core/recording/ending.h"
#include "core/recording/event_log_writer.h"
#include "core/recording/sample_thinner.h"
#include "core/recording/sqlite.h"
#include "core/recording/timeline.h"

namespace heaptally {

using sqlite::Database;
using sqlite::Statement;

struct RecordingWriter::Impl : BucketStore {
  Impl(const std::filesystem::path& path, bool overwrite) : db(create_recording(path, overwrite)) {}

  // One transaction from the first change after a flush to the next flush.
  void begin() {
    require_intact();
    if (in_transaction) return;
    db.execute("BEGIN");
    in_transaction = true;
  }
  void commit() {
    require_intact();
    if (!in_transaction) return;
    db.execute("COMMIT");
    in_transaction = false;
  }
  // A full disk makes SQLite roll back to the last flush by itself. To go on would leave
  // a file with gaps, which no reader takes; as it is, it can be read.
  void require_intact() const {
    if (in_transaction && sqlite3_get_autocommit(db.handle()) != 0) {
      throw Error(db.subject(), "ends early, because writing to it failed",
                  "free some space, and record again");
    }
  }

  void require(bool holds, const char* broken) const {
    if (!holds) throw Error(db.subject(), broken, "please report this bug in heaptally");
  }
  // Puts replace an element or append the next one.
  template <class Id>
  void require_put(Id id, std::size_t& count, const char* broken) const {
    require(index_of(id) <= count, broken);
    if (index_of(id) == count) ++count;
  }

  void write(const Bucket& bucket) override {
    insert_bucket.run(bucket.start.count(), bucket.width.count(), bucket.max_live_bytes,
                      codec.encode(bucket.deltas));
  }
  void read(Nanoseconds start, Bucket& bucket) override {
    select_bucket.start(start.count());
    require(select_bucket.step(), "a bucket of the timeline is gone");
    bucket.start = start;
    bucket.width = Nanoseconds(select_bucket.integer(0));
    bucket.max_live_bytes = select_bucket.word(1);
    const bool intact = codec.decode(select_bucket.blob(2), tallies, bucket.deltas);
    select_bucket.reset();
    require(intact, "a bucket of the timeline cannot be read back");
  }
  void erase(Nanoseconds start) override { delete_bucket.run(start.count()); }

  std::int64_t intern(const std::string& text);
  void store_samples();
  void require_bucket(const Bucket& bucket) const;
  void require_amounts(std::span<const TallyAmount> amounts) const;
  void put(const Survivors& survivors);

  Database db;
  bool in_transaction = false;

  std::size_t domains = 0;
  std::size_t processes = 0;
  std::size_t tasks = 0;
  std::size_t modules = 0;
  std::size_t frames = 0;
  std::size_t traces = 0;
  std::size_t tallies = 0;
  std::size_t marks = 0;
  std::size_t crossings = 0;
  Nanoseconds last_crossing{0};
  std::vector<bool> resolved;  // by frame
  std::unordered_map<std::string, std::int64_t> strings;
  DeltaCodec codec;
  Timeline timeline{*this};
  bool has_survivors = false;
  SampleThinner samples;
  EventLogWriter events{db};

  EndingRows ending{db};
  Statement put_task{db, "REPLACE INTO tasks VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"};
  Statement put_module{db, "REPLACE INTO modules VALUES(?1, ?2, ?3, ?4)"};
  Statement insert_frame{db, "INSERT INTO frames VALUES(?1, ?2, ?3, ?4)"};
  Statement insert_string{db, "INSERT INTO strings VALUES(?1, ?2)"};
  Statement delete_locations{db, "DELETE FROM locations WHERE frame = ?1"};
  Statement insert_location{db, "INSERT INTO locations VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"};
  Statement insert_trace{db, "INSERT INTO traces VALUES(?1, ?2, ?3)"};
  Statement insert_tally{db, "INSERT INTO tallies VALUES(?1, ?2, ?3, ?4)"};
  Statement insert_bucket{db, "REPLACE INTO timeline VALUES(?1, ?2, ?3, ?4)"};
  Statement select_bucket{
      db, "SELECT width_ns, max_live_bytes, deltas FROM timeline WHERE start_ns = ?1"};
  Statement delete_bucket{db, "DELETE FROM timeline WHERE start_ns = ?1"};
  Statement insert_crossing{db, "INSERT INTO crossings VALUES(?1, ?2, ?3, ?4)"};
  Statement insert_mark{db, "INSERT INTO marks VALUES(?1, ?2, ?3, ?4)"};
  Statement put_sample{db, "REPLACE INTO samples VALUES(?1, ?2, ?3, ?4, ?5)"};
};

std::int64_t RecordingWriter::Impl::intern(const std::string& text) {
  const auto [at, added] = strings.try_emplace(text, static_cast<std::int64_t>(strings.size()));
  if (added) insert_string.run(at->second, text);
  return at->second;
}

void RecordingWriter::Impl::store_samples() {
  if (!samples.thinned() && samples.unchanged() == samples.rows().size()) return;
  begin();
  if (samples.thinned()) db.execute("DELETE FROM samples");
  for (std::size_t row = samples.unchanged(); row < samples.rows().size(); ++row) {
    const Sample& sample = samples.rows()[row];
    put_sample.run(std::uint64_t{row}, sample.time.count(), sample.rss, sample.mapped,
                   sample.cpu.count());
  }
  samples.mark_stored();
}

void RecordingWriter::Impl::require_bucket(const Bucket& bucket) const {
  require(!has_survivors, "a bucket of the timeline comes after what survived them all");
  require(timeline.accepts(bucket), "a bucket of the timeline overlaps an earlier one");
  std::size_t next = 0;
  for (const TallyDelta& delta : bucket.deltas) {
    require(index_of(delta.id) >= next, "the deltas of a bucket are not in order");
    next = index_of(delta.id) + 1;
  }
  require(next <= tallies, "a bucket names a tally that was not added");
}

RecordingWriter::RecordingWriter(const std::filesystem::path& path, bool overwrite)
    : impl_(std::make_unique<Impl>(path, overwrite)) {
  put(Header{});
  put(Module{});
  put(Domain{.id = kHeapDomain, .name = "heap"});
  impl_->insert_trace.run(0, 0, nullptr);
  impl_->traces = 1;
  impl_->intern("");
  impl_->commit();
  // Only now, so that the file is a recording even if it is parted from its WAL.
  impl_->db.execute("PRAGMA journal_mode = WAL");
}

RecordingWriter::~RecordingWriter() = default;

void RecordingWriter::put(const Header& header) {
  impl_->begin();
  // Complete: that is for finish() to say.
  impl_->ending.put(header, false);
}

void RecordingWriter::put(const Domain& domain) {
  impl_->require_put(domain.id, impl_->domains, "a domain is out of order");
  impl_->begin();
  impl_->ending.put(domain);
}

void RecordingWriter::put(const Process& process) {
  impl_->require(!process.previous || *process.previous < process.id,
                 "a process image continues one that is not earlier");
  impl_->require_put(process.id, impl_->processes, "a process is out of order");
  impl_->begin();
  impl_->ending.put(process);
}

void RecordingWriter::put(const Task& task) {
  impl_->require(index_of(task.process) < impl_->processes, "a task has no process");
  impl_->require(index_of(task.domain) < impl_->domains, "a task has no domain");
  impl_->require(!task.heap_task || *task.heap_task < task.id,
                 "a task comes before that of its threads in the heap");
  impl_->require_put(task.id, impl_->tasks, "a task is out of order");
  impl_->begin();
  std::optional<std::int64_t> heap_task;
  if (task.heap_task) heap_task = index_of(*task.heap_task);
  impl_->put_task.run(static_cast<std::uint32_t>(task.id), static_cast<std::uint32_t>(task.process),
                      task.tid, std::string_view(task.name), task.threads,
                      static_cast<std::uint32_t>(task.domain), heap_task);
}

void RecordingWriter::put(const Module& module) {
  impl_->require_put(module.id, impl_->modules, "a module is out of order");
  impl_->begin();
  impl_->put_module.run(static_cast<std::uint32_t>(module.id), std::string_view(module.path),
                        std::string_view(module.build_id), std::string_view(module.debug));
}

void RecordingWriter::add(std::span<const Frame> frames) {
  impl_->begin();
  for (const Frame& frame : frames) {
    impl_->require(index_of(frame.id) == impl_->frames, "a frame is out of order");
    impl_->require(index_of(frame.module) < impl_->modules, "a frame has no module");
    impl_->insert_frame.run(static_cast<std::uint32_t>(frame.id),
                            static_cast<std::uint32_t>(frame.module), frame.address,
                            static_cast<std::uint32_t>(frame.kind));
    ++impl_->frames;
  }
}

void RecordingWriter::add(std::span<const Trace> traces) {
  impl_->begin();
  for (const Trace& trace : traces) {
    if (trace.id == kRootTrace) continue;  // there from the start
    impl_->require(index_of(trace.id) == impl_->traces, "a trace is out of order");
    impl_->require(trace.parent < trace.id, "a trace comes before its parent");
    impl_->require(index_of(trace.frame) < impl_->frames, "a trace has no frame");
    impl_->insert_trace.run(static_cast<std::uint32_t>(trace.id),
                            static_cast<std::uint32_t>(trace.parent),
                            static_cast<std::uint32_t>(trace.frame));
    ++impl_->traces;
  }
}

void RecordingWriter::add(std::span<const TallyKey> keys) {
  impl_->begin();
  for (const TallyKey& key : keys) {
    impl_->require(index_of(key.id) == impl_->tallies, "a tally is out of order");
    impl_->require(index_of(key.trace) < impl_->traces, "a tally has no trace");
    impl_->require(index_of(key.task) < impl_->tasks, "a tally has no task");
    impl_->require(static_cast<std::size_t>(key.size_class) < kSizeClasses,
                   "a tally has no size class");
    impl_->insert_tally.run(
        static_cast<std::uint32_t>(key.id), static_cast<std::uint32_t>(key.trace),
        static_cast<std::uint32_t>(key.task), static_cast<std::uint32_t>(key.size_class));
    ++impl_->tallies;
  }
}

void RecordingWriter::add(std::span<const Sample> samples) {
  for (const Sample& sample : samples) impl_->samples.add(sample);
}

void RecordingWriter::add(std::span<const Mark> marks) {
  impl_->begin();
  for (const Mark& mark : marks) {
    impl_->require(index_of(mark.process) < impl_->processes, "a mark has no process");
    impl_->require(impl_->timeline.keep_edge(mark.time), "a mark is out of order");
    impl_->insert_mark.run(std::uint64_t{impl_->marks++}, mark.time.count(),
                           std::string_view(mark.name), static_cast<std::uint32_t>(mark.process));
  }
}

void RecordingWriter::add(const FrameLocations& locations) {
  const std::size_t index = index_of(locations.frame);
  impl_->require(index < impl_->frames, "a location has no frame");
  impl_->begin();
  if (impl_->resolved.size() <= index) impl_->resolved.resize(impl_->frames);
  const auto frame = static_cast<std::uint32_t>(locations.frame);
  if (impl_->resolved[index]) impl_->delete_locations.run(frame);
  impl_->resolved[index] = true;
  std::uint32_t depth = 0;
  for (const Location& location : locations.locations) {
    impl_->insert_location.run(frame, depth++, impl_->intern(location.function),
                               impl_->intern(location.file), location.line, location.column,
                               location.symbol_offset);
  }
}

void RecordingWriter::add(const Bucket& bucket) {
  impl_->require_bucket(bucket);
  impl_->begin();
  impl_->timeline.add(bucket);
}

void RecordingWriter::add(std::span<const TallyTotals> totals) {
  impl_->begin();
  for (const TallyTotals& row : totals) {
    impl_->require(index_of(row.id) < impl_->tallies, "totals name a tally that was not added");
    impl_->ending.add(row);
  }
}

void RecordingWriter::Impl::require_amounts(std::span<const TallyAmount> amounts) const {
  std::size_t next = 0;
  for (const TallyAmount& amount : amounts) {
    require(index_of(amount.id) >= next, "amounts of tallies are not in order");
    next = index_of(amount.id) + 1;
  }
  require(next <= tallies, "amounts name a tally that was not added");
}

void RecordingWriter::Impl::put(const Survivors& survivors) {
  require_amounts(survivors.amounts);
  ending.add(survivors);
}

void RecordingWriter::add(std::span<const Survivors> survivors) {
  impl_->require(!impl_->has_survivors, "survivors are added twice");
  impl_->begin();
  impl_->has_survivors = true;
  Survivors row;
  for (const Survivors& bucket : survivors) {
    const Nanoseconds start = impl_->timeline.row_at(bucket.start);
    if (!row.amounts.empty() && row.start != start) {
      impl_->require(row.start < start, "survivors are not in order");
      impl_->put(row);
      row.amounts.clear();
    }
    row.start = start;
    absorb(row.amounts, bucket.amounts);
  }
  if (!row.amounts.empty()) impl_->put(row);
}

void RecordingWriter::add(std::span<const Crossing> crossings) {
  impl_->begin();
  for (const Crossing& crossing : crossings) {
    impl_->require(crossing.since >= impl_->last_crossing, "a crossing is out of order");
    impl_->last_crossing = crossing.since;
    impl_->require_amounts(crossing.amounts);
    std::optional<std::int64_t> born;
    if (crossing.born) born = crossing.born->count();
    impl_->insert_crossing.run(std::uint64_t{impl_->crossings++}, crossing.since.count(), born,
                               impl_->codec.encode(crossing.amounts));
  }
}

void RecordingWriter::add(std::span<const RawEvent> events) {
  if (events.empty()) return;
  impl_->begin();
  impl_->events.add(events, impl_->tallies);
}

void RecordingWriter::flush() {
  if (impl_->timeline.rows() > 0) impl_->begin();
  impl_->timeline.flush();
  if (impl_->events.is_pending()) impl_->begin();
  impl_->events.store();
  impl_->store_samples();
  impl_->commit();
}

void RecordingWriter::copy_to(const std::filesystem::path& path, const RecordingEnding& ending) {
  flush();
  copy_with_ending(impl_->db, path.string(), impl_->tallies, ending);
}

void RecordingWriter::finish() {
  impl_->begin();
  impl_->db.execute("REPLACE INTO header VALUES('complete', 1)");
  flush();
  leave_one_file(impl_->db);
}

}  // namespace heaptally
