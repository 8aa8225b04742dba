#include "core/import/heaptrack_import.h"

#include <algorithm>
#include <bit>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/collect/tallies.h"
#include "core/collect/timeline_cutter.h"
#include "core/import/heaptrack_reader.h"
#include "core/recording/new_file.h"
#include "core/recording/writer.h"

namespace heaptally {
namespace {

constexpr ProcessId kProcess{0};
constexpr TaskId kTask{0};
constexpr FrameId kUnknownFrame{0};
// Of rows of the timeline: what was written so far is let go to the file.
constexpr std::size_t kFlushEvery = 64;

// Purpose: fills a recording with what a HeaptrackReader tells.
// Invariants: traces have heaptrack's numbers, and so have frames: frame 0 is the unknown one.
class Importer : public HeaptrackVisitor {
 public:
  explicit Importer(const std::filesystem::path& path) : writer_(path, false) {
    put_process();
    // How many threads there were is not known.
    writer_.put(Task{.id = kTask, .process = kProcess, .name = "", .threads = 0});
    add(Frame{.id = kUnknownFrame, .kind = FrameKind::kExact});
    header_.heaptally_version = HEAPTALLY_VERSION;
    header_.exit_status = kUnknownExit;
  }

  void on_version(std::string_view heaptrack) override {
    header_.imported_from = fmt::format("heaptrack {}", heaptrack);
  }
  void on_attached() override {
    if (!std::exchange(is_attached_, true)) {
      header_.imported_from += ", attached to a running program";
    }
  }
  void on_command(std::string_view command) override {
    header_.command.assign(1, std::string(command));
  }
  void on_address(const HeaptrackAddress& address) override;
  void on_trace(std::uint32_t address, std::uint32_t parent) override;
  void on_kind(std::uint64_t size, std::uint32_t trace) override;
  void on_allocation(std::uint32_t kind) override;
  void on_free(std::uint32_t kind, bool temporary) override;
  void on_time(Nanoseconds now) override;
  void on_rss(std::uint64_t bytes) override;

  ImportResult finish(const HeaptrackReader& reader);

 private:
  struct Kind {
    TallyId tally{};
    std::uint64_t size = 0;
  };

  void add(const Frame& frame) { writer_.add(std::span(&frame, 1)); }
  ModuleId module_of(std::string_view path);
  void put_process();
  void put_header();
  void store_buckets();
  void end_blocks(const HeaptrackReader& reader);
  void add_totals();

  RecordingWriter writer_;
  Header header_;
  bool is_attached_ = false;
  std::unordered_map<std::string, ModuleId> modules_;
  std::uint32_t frames_ = 1;
  std::uint32_t traces_ = 1;
  std::vector<Kind> kinds_;

  Tallies tallies_;
  ProcessTally process_;
  TimelineCutter cutter_{tallies_};
  Nanoseconds now_{0};
  std::size_t unflushed_ = 0;
};

ModuleId Importer::module_of(std::string_view path) {
  if (path.empty()) return kNoModule;
  const ModuleId next{static_cast<std::uint32_t>(modules_.size() + 1)};
  const auto [found, added] = modules_.try_emplace(std::string(path), next);
  if (added)
    writer_.put(Module{.id = next, .path = found->first, .build_id = "", .debug = "heaptrack"});
  return found->second;
}

// heaptrack looked the functions up at the address itself: it lies within the call.
void Importer::on_address(const HeaptrackAddress& address) {
  const FrameId id{frames_++};
  add(Frame{.id = id,
            .module = module_of(address.module),
            .address = address.address,
            .kind = FrameKind::kExact});
  if (address.calls.empty()) return;
  FrameLocations found{id, {}};
  found.locations.reserve(address.calls.size());
  for (const HeaptrackCall& call : address.calls) {
    found.locations.push_back({.function = std::string(call.function),
                               .file = std::string(call.file),
                               .line = call.line});
  }
  writer_.add(found);
}

void Importer::on_trace(std::uint32_t address, std::uint32_t parent) {
  const Trace trace = {TraceId{traces_++}, TraceId{parent}, FrameId{address}};
  writer_.add(std::span(&trace, 1));
}

void Importer::on_kind(std::uint64_t size, std::uint32_t trace) {
  const auto size_class = static_cast<SizeClass>(std::bit_width(size));
  kinds_.push_back({tallies_.tally_of(TraceId{trace}, kTask, size_class), size});
}

void Importer::on_allocation(std::uint32_t kind) {
  tallies_.allocate(kinds_[kind].tally, kinds_[kind].size, now_, process_);
}

// When the block was born is not known: see add_totals().
void Importer::on_free(std::uint32_t kind, bool temporary) {
  ++header_.frees;
  tallies_.free(kinds_[kind].tally, kinds_[kind].size, now_, now_, temporary, process_);
}

void Importer::on_time(Nanoseconds now) {
  now_ = now;
  if (now_ < cutter_.end()) return;
  cutter_.advance(now_);
  store_buckets();
}

void Importer::on_rss(std::uint64_t bytes) {
  const Sample sample = {.time = now_, .rss = bytes};
  writer_.add(std::span(&sample, 1));
  header_.peak_rss = std::max(header_.peak_rss, bytes);
}

void Importer::store_buckets() {
  writer_.add(tallies_.take_new_keys());
  for (const Bucket& bucket : cutter_.take()) {
    writer_.add(bucket);
    ++unflushed_;
  }
  if (unflushed_ < kFlushEvery) return;
  writer_.flush();
  unflushed_ = 0;
}

// As in every recording, the timeline has what was never freed as freed at the end.
void Importer::end_blocks(const HeaptrackReader& reader) {
  for (std::uint32_t kind = 0; kind < kinds_.size(); ++kind) {
    for (std::uint64_t left = reader.live(kind); left != 0; --left) {
      tallies_.end(kinds_[kind].tally, kinds_[kind].size, now_, process_);
    }
  }
}

void Importer::put_process() {
  Process process;
  process.id = kProcess;
  if (!header_.command.empty()) process.command = header_.command.front();
  process.end = header_.duration;
  process.total = process_.total;
  process.live_at_end = tallies_.live_at_end();
  process.peak = process_.peak;
  process.peak_time = process_.peak_time;
  writer_.put(process);
}

void Importer::put_header() {
  // A stamp is in whole milliseconds: the end is within the one after it.
  header_.duration = now_ + std::chrono::milliseconds(1);
  header_.total = tallies_.total();
  header_.temporary = tallies_.temporary();
  header_.live_at_end = tallies_.live_at_end();
  header_.peak = tallies_.peak();
  header_.peak_time = tallies_.peak_time();
  writer_.put(header_);
  writer_.put(Domain{.id = kHeapDomain,
                     .name = "heap",
                     .total = header_.total,
                     .live_at_end = header_.live_at_end,
                     .peak = header_.peak,
                     .peak_time = header_.peak_time});
}

// Without lifetimes: of several live blocks of a kind it is not told which one was freed.
void Importer::add_totals() {
  std::vector<TallyTotals> totals =
      tallies_.totals([this](TaskId) { return std::optional(process_.peak_number); });
  for (TallyTotals& row : totals) row.lifetimes.clear();
  writer_.add(totals);
}

ImportResult Importer::finish(const HeaptrackReader& reader) {
  const Amount live_at_end = tallies_.live_at_end();
  if (reader.is_finished()) end_blocks(reader);
  cutter_.close(now_);
  store_buckets();
  put_header();
  put_process();
  if (reader.is_finished()) {
    add_totals();
    writer_.finish();
  } else {
    writer_.flush();
  }
  return {.imported_from = header_.imported_from,
          .total = header_.total,
          .peak = header_.peak,
          .live_at_end = live_at_end,
          .finished = reader.is_finished(),
          .lines = reader.lines()};
}

}  // namespace

ImportResult import_heaptrack(const ImportOptions& options) {
  require_replaceable(options.output, options.overwrite);
  NewFile file(options.output);
  ImportResult result;
  {
    Importer importer(file.path());
    HeaptrackReader reader(options.input, importer);
    reader.read();
    result = importer.finish(reader);
  }
  file.move_to_goal();
  return result;
}

}  // namespace heaptally
