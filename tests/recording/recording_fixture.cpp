#include "tests/recording/recording_fixture.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>

#include "core/base/error.h"

namespace heaptally::test {

namespace {

Header sample_header() {
  Header header;
  header.command = {"./prog", "--flag=a b", "", "caf\xC3\xA9", "\xFF\xFE not UTF-8"};
  header.working_directory = "/home/user/src";
  header.host = "host.example";
  header.heaptally_version = "0.1.0";
  header.start_unix_ns = 1'700'000'000'123'456'789;
  header.duration = Nanoseconds(3'500'000'000);
  header.clock = "tsc";
  header.complete = true;
  header.has_log = true;
  header.exit_status = 139;
  header.total = {10'000, 101};
  header.temporary = {300, 31};
  header.live_at_end = {4'000, 41};
  header.peak = {6'000, 61};
  header.peak_time = Nanoseconds(1'234'567'890);
  header.frees = 60;
  header.lost_events = 1;
  header.unknown_frees = 2;
  header.inherited_frees = 13;
  header.inferred_frees = 3;
  header.domain_unknown_frees = 15;
  header.domain_inferred_frees = 16;
  header.late_events = 4;
  header.rejected_events = 5;
  header.nested_events = 6;
  header.inner_events = 11;
  header.cut_stacks = 7;
  header.broken_stacks = 12;
  header.fallback_stacks = 8;
  header.unrecorded_processes = 9;
  header.dropped_marks = 14;
  header.crossings_end = Nanoseconds(3'000'000'000);
  header.marks_after_crossings = 15;
  header.waited = Nanoseconds(10);
  header.cpu = Nanoseconds(95'000'000);
  header.peak_rss = 5'242'880;
  header.first_rss = 1'048'576;
  return header;
}

// A program, a shell that it forked and that then executed another, many short ones in one row,
// and one that was not recorded.
std::vector<Process> sample_processes() {
  std::vector<Process> processes(5);
  for (std::size_t i = 0; i < processes.size(); ++i) processes[i].id = static_cast<ProcessId>(i);
  Process& program = processes[0];
  program.pid = 4'000'001;
  program.parent_pid = 77;
  program.command = "./prog --flag=a b";
  program.start = Nanoseconds(5);
  program.end = Nanoseconds(3'400'000'000);
  program.exit_status = 139;
  program.total = {9'000, 90};
  program.live_at_end = {3'000, 31};
  program.peak = {5'600, 56};
  program.peak_time = Nanoseconds(1'111'111'111);
  Process& shell = processes[1];
  shell.pid = 78;
  shell.parent_pid = 4'000'001;
  shell.origin = Origin::kFork;
  shell.command = "sh -c true";
  shell.start = Nanoseconds(1'000'000'000);
  shell.end = Nanoseconds(2'000'000'000);
  shell.total = {1'000, 11};
  shell.live_at_end = {1'000, 10};
  shell.peak = {1'000, 9};
  shell.peak_time = Nanoseconds(1'999'999'999);
  Process& executed = processes[2];
  executed.pid = 78;
  executed.parent_pid = 4'000'001;
  executed.previous = ProcessId{1};
  executed.command = "/usr/bin/true";
  executed.start = Nanoseconds(2'000'000'000);
  executed.end = Nanoseconds(2'500'000'000);
  executed.exit_status = 0;
  Process& folded = processes[3];
  folded.command = "/bin/echo";
  folded.start = Nanoseconds(2'600'000'000);
  folded.end = Nanoseconds(3'300'000'000);
  folded.processes = 4'000;
  folded.peak = {7, 1};
  Process& refused = processes[4];
  refused.pid = 80;
  refused.parent_pid = 78;
  refused.command = "/sbin/ldconfig -p";
  refused.start = Nanoseconds(2'700'000'000);
  refused.exit_status = 2;
  refused.not_recorded = "it is statically linked";
  return processes;
}

void add_code(RecordingData& data) {
  data.modules = {{ModuleId{0}, "", "", ""},
                  {ModuleId{1}, "/home/user/src/prog", "0123456789abcdef", "dwarf"},
                  {ModuleId{2}, "/usr/lib/libc.so.6", "", "dynsym"}};
  data.frames = {{FrameId{0}, ModuleId{1}, 0x1234, FrameKind::kReturnAddress},
                 {FrameId{1}, ModuleId{2}, 0x29D90, FrameKind::kReturnAddress},
                 {FrameId{2}, ModuleId{0}, 0xFFFFFFFFFF600000, FrameKind::kExact},
                 {FrameId{3}, ModuleId{0}, 0, FrameKind::kCut}};
  data.locations = {{{"inner(int)", "/home/user/src/a.h", 7, 3, 0},
                     {"outer()", "/home/user/src/a.cpp", 70, 12, 0}},
                    {{"__libc_start_call_main", "", 0, 0, 0x7A}},
                    {{"", "", 0, 0, std::numeric_limits<std::uint64_t>::max()}},
                    {}};
  data.traces = {{kRootTrace, kRootTrace, FrameId{0}},
                 {TraceId{1}, kRootTrace, FrameId{1}},
                 {TraceId{2}, TraceId{1}, FrameId{0}},
                 {TraceId{3}, kRootTrace, FrameId{3}},
                 {TraceId{4}, TraceId{2}, FrameId{2}}};
}

}  // namespace

Domain heap_of(const Header& header) {
  return {kHeapDomain, "heap", header.total, header.live_at_end, header.peak, header.peak_time};
}

RecordingTest::RecordingTest() {
  std::string name = (std::filesystem::temp_directory_path() / "heaptally-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) std::abort();
  folder_ = name;
}

RecordingTest::~RecordingTest() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

RecordingData sample_data() {
  RecordingData data;
  data.header = sample_header();
  data.processes = sample_processes();
  data.tasks = {{TaskId{0}, ProcessId{0}, 4'000'001, "prog", 1},
                {TaskId{1}, ProcessId{1}, 78, "pool-worker", 300},
                {TaskId{2}, ProcessId{1}, 78, "pool-worker", 300, DomainId{3}, TaskId{1}}};
  data.domains = {heap_of(data.header),
                  {kMappedDomain, "mmap", {8'192, 2}, {4'096, 1}, {8'192, 2}, Nanoseconds(77)},
                  {kAllocatorDomain, "allocator"},
                  {DomainId{3}, "caf\xC3\xA9 pool", {1ULL << 40, 3}, {}, {1, 1}, Nanoseconds(78)}};
  add_code(data);
  data.tallies = {{TallyId{0}, TraceId{2}, TaskId{0}, SizeClass{5}},
                  {TallyId{1}, TraceId{4}, TaskId{1}, SizeClass{64}},
                  {TallyId{2}, TraceId{2}, TaskId{1}, SizeClass{0}}};
  data.totals = {{TallyId{0},
                  {9'000, 90},
                  {300, 30},
                  {3'000, 31},
                  {5'000, 51},
                  {5'600, 56},
                  {{0, 2}, {20, 56}, {64, 1}}},
                 {TallyId{1}, {1'000, 10}, {0, 0}, {1'000, 10}, {1'000, 10}, {1'000, 9}, {}},
                 {TallyId{2}, {0, 1}, {0, 1}, {0, 0}, {0, 0}, {0, 0}, {{33, 1ULL << 40}}}};
  data.samples = {{Nanoseconds(0), 1'048'576, 20'000'000, Nanoseconds(1'000)},
                  {Nanoseconds(100'000'000), 5'242'880, 30'000'000, Nanoseconds(90'000'000)}};
  data.survivors = {
      {{Nanoseconds(100'000'000), {{TallyId{0}, {500, 6}}, {TallyId{1}, {500, 5}}}},
       {Nanoseconds(3'000'000'000), {{TallyId{0}, {2'500, 25}}, {TallyId{1}, {500, 5}}}}}};
  data.marks = {{"loaded", Nanoseconds(200'000'000), ProcessId{0}},
                {"caf\xC3\xA9 'au lait'", Nanoseconds(1'500'000'001), ProcessId{1}},
                {"loaded", Nanoseconds(3'100'000'000), ProcessId{0}}};
  return data;
}

RecordingData sample_data_version_3() {
  RecordingData data = sample_data();
  data.header.domain_unknown_frees = 0;
  data.header.domain_inferred_frees = 0;
  data.tasks.pop_back();
  data.domains.resize(1);
  data.header.crossings_end = Nanoseconds(0);
  data.header.marks_after_crossings = 0;
  data.knows_crossings = false;
  data.header.has_log = false;
  return data;
}

RecordingData sample_data_version_2() {
  RecordingData data = sample_data_version_3();
  data.header.cpu = Nanoseconds(0);
  data.survivors.reset();
  data.header.dropped_marks = 0;
  data.marks.clear();
  return data;
}

RecordingData sample_data_version_1() {
  RecordingData data = sample_data_version_2();
  data.header.inherited_frees = 0;
  data.processes.resize(2);
  data.processes[1].origin = Origin::kExec;
  data.processes[1].exit_status = 0;
  set_timeline_peaks(data);
  return data;
}

void set_timeline_peaks(RecordingData& data) {
  data.exact_process_peaks = false;
  // The program has most after the second bucket, 2000 - 500 + 4000; the shell after the last.
  data.processes[0].peak = {5'500, 55};
  data.processes[0].peak_time = Nanoseconds(200'000'000);
  data.processes[1].peak = {1'000, 10};
  data.processes[1].peak_time = Nanoseconds(3'100'000'000);
  data.totals[0].live_at_process_peak = {5'500, 55};
  data.totals[1].live_at_process_peak = {1'000, 10};
}

std::vector<Bucket> sample_buckets() {
  const Nanoseconds width(100'000'000);
  return {{0 * width, width, 2'000, {{TallyId{0}, {2'000, 20}, {500, 5}, {100, 1}}}},
          {1 * width,
           width,
           6'000,
           {{TallyId{0}, {4'000, 40}, {0, 0}, {0, 0}},
            {TallyId{1}, {500, 5}, {0, 0}, {0, 0}},
            {TallyId{2}, {0, 1}, {0, 1}, {0, 1}}}},
          {9 * width, width, 6'000, {}},
          {30 * width,
           width,
           1ULL << 45,
           {{TallyId{0}, {3'000, 30}, {5'500, 54}, {200, 29}},
            {TallyId{1}, {500, 5}, {0, 0}, {0, 0}}}}};
}

std::vector<Crossing> sample_crossings() {
  const Nanoseconds first(200'000'000), second(1'500'000'001);
  return {{Nanoseconds(0), std::nullopt, {{TallyId{2}, {0, 1}}}},
          {first, Nanoseconds(0), {{TallyId{0}, {100, 1}}, {TallyId{1}, {300, 3}}}},
          {first, std::nullopt, {{TallyId{1}, {1ULL << 45, 7}}}},
          {second, Nanoseconds(0), {{TallyId{0}, {20, 2}}}},
          {second, first, {{TallyId{0}, {50, 5}}}}};
}

std::vector<RawEvent> sample_events() {
  const auto at = [](int time) { return Nanoseconds(1'000 * time); };
  return {RawEvent::allocated(at(100), 0, 0x55D0C0A12340, 24, TallyId{0}),
          RawEvent::allocated(at(101), 0, 0x55D0C0A12360, 24, TallyId{0}),
          RawEvent::freed(at(110), 0, 0x55D0C0A12360, true),
          RawEvent::allocated(at(111), 0, 0x55D0C0A12360, 17, TallyId{0}),
          RawEvent::allocated(at(200), 1, 0x55D0C0A12340, 0, TallyId{2}),
          RawEvent::freed(at(350), 0, 0x55D0C0A12340, false),
          RawEvent::allocated(at(351), 0, 0x55D0C0A12340, 24, TallyId{0}),
          RawEvent::ended(at(400), 1)};
}

void write_unfinished_sample(RecordingWriter& writer) {
  const RecordingData data = sample_data();
  writer.put(data.header);
  for (const Domain& domain : data.domains) writer.put(domain);
  for (const Process& process : data.processes) writer.put(process);
  for (const Task& task : data.tasks) writer.put(task);
  for (const Module& module : data.modules) writer.put(module);
  writer.add(std::span(data.frames));
  writer.add(std::span(data.traces));
  writer.add(std::span(data.tallies));
  for (std::size_t frame = 0; frame < data.locations.size(); ++frame) {
    if (data.locations[frame].empty()) continue;
    writer.add(FrameLocations{static_cast<FrameId>(frame), data.locations[frame]});
  }
  writer.flush();
  writer.add(std::span(data.marks));
  const std::vector<Crossing> crossings = sample_crossings();
  writer.add(std::span(crossings));
  for (const Bucket& bucket : sample_buckets()) {
    writer.add(bucket);
    writer.flush();
  }
  writer.add(std::span(data.samples));
  writer.add(sample_events());
  writer.flush();
}

void write_sample(RecordingWriter& writer) {
  write_unfinished_sample(writer);
  const RecordingData data = sample_data();
  writer.add(std::span<const TallyTotals>(data.totals));
  writer.add(std::span<const Survivors>(*data.survivors));
  writer.finish();
}

std::vector<Bucket> buckets_of(RecordingReader& reader) {
  std::vector<Bucket> buckets;
  reader.for_each_bucket([&](const Bucket& bucket) {
    buckets.push_back(bucket);
    return true;
  });
  return buckets;
}

std::vector<Crossing> crossings_of(RecordingReader& reader) {
  std::vector<Crossing> crossings;
  reader.for_each_crossing([&](const Crossing& crossing) {
    crossings.push_back(crossing);
    return true;
  });
  return crossings;
}

std::vector<LogChunk> log_of(RecordingReader& reader) {
  std::vector<LogChunk> chunks;
  reader.for_each_chunk(Nanoseconds(0), [&](const LogChunk& chunk) {
    chunks.push_back(chunk);
    return true;
  });
  return chunks;
}

std::string error_of_opening(const std::filesystem::path& path) {
  try {
    RecordingReader reader(path);
    buckets_of(reader);
    crossings_of(reader);
    log_of(reader);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace heaptally::test
