// hostile_recording FILE: a recording in which everything that has a name has one that means harm
// to whoever shows it. Prints each name as a line of hexadecimal digits: number I is that of a
// function which holds 1000 * (I + 1) bytes, of its file, its module, its thread and a mark.
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "core/recording/writer.h"

namespace heaptally {
namespace {

std::vector<std::string> names() {
  return {
      "<script>document.title='owned'</script>",
      "</script></style></title><script>document.title='owned'</script>",
      "<img src=x onerror=\"document.title='owned'\">",
      "\"'><svg onload=alert(1)>",
      "<!-- ]]> --> <![CDATA[ &lt;b&gt; &amp; &#60;",
      "`${document.title='owned'}` \\u003cb\\u003e \\",
      "__proto__",
      "constructor",
      "@DATA@ @STYLE@ @SCRIPT@",
      "control \x01\x07\b\f\n\r\t\x1b[31m\x7f characters",
      "not UTF-8 \xff\xfe\xc3\x28 \xed\xa0\x80 \xf8\x88\x80\x80\x80",
      "right to left \xe2\x80\xaegnp.tnih and separators \xe2\x80\xa8\xe2\x80\xa9",
      "semi;colons;and, commas\tand  blanks ",
      "https://example.invalid/?leak=1",
      "url(https://example.invalid/x.png)",
      std::string(1 << 20, 'x'),
      std::string(1 << 18, '<'),
  };
}

void write_code(RecordingWriter& writer, const std::vector<std::string>& names) {
  Process process;
  process.pid = 1;
  process.command = names.front();
  process.exit_status = 0;
  writer.put(process);
  std::vector<Frame> frames;
  std::vector<Trace> traces;
  std::vector<TallyKey> keys;
  frames.reserve(names.size());
  traces.reserve(names.size());
  keys.reserve(names.size());
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    Task task;
    task.id = TaskId{i};
    task.tid = static_cast<std::int32_t>(i + 1);
    task.name = names[i];
    writer.put(task);
    writer.put(Module{ModuleId{i + 1}, names[i], "", "dwarf"});
    frames.push_back({FrameId{i}, ModuleId{i + 1}, 16 * i, FrameKind::kReturnAddress});
    traces.push_back({TraceId{i + 1}, TraceId{0}, FrameId{i}});
    keys.push_back({TallyId{i}, TraceId{i + 1}, TaskId{i}, SizeClass{}});
  }
  writer.add(std::span<const Frame>(frames));
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    const Location location{.function = names[i], .file = names[i], .line = i + 1, .column = 0};
    writer.add(FrameLocations{FrameId{i}, {location}});
  }
  writer.add(std::span<const Trace>(traces));
  writer.add(std::span<const TallyKey>(keys));
}

void write_run(RecordingWriter& writer, const std::vector<std::string>& names) {
  Header header;
  header.command = names;
  header.working_directory = names.front();
  header.host = names.front();
  std::vector<TallyTotals> totals;
  totals.reserve(names.size());
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    const Nanoseconds start{(i + 1) * 1'000'000};
    writer.add(std::vector<Mark>{{names[i], start, ProcessId{0}}});
    const Amount amount = {1000 * (i + 1), 1};
    header.total += amount;
    writer.add(
        Bucket{start, Nanoseconds{1'000'000}, header.total.bytes, {{TallyId{i}, amount, {}, {}}}});
    totals.push_back({.id = TallyId{i},
                      .total = amount,
                      .temporary = {},
                      .live_at_end = amount,
                      .live_at_peak = amount,
                      .live_at_process_peak = amount,
                      .lifetimes = {}});
    header.duration = start + Nanoseconds{1'000'000};
  }
  header.live_at_end = header.peak = header.total;
  header.peak_time = header.duration;
  writer.add(std::span<const TallyTotals>(totals));
  writer.put(header);
}

int write(const char* path) {
  const std::vector<std::string> all = names();
  RecordingWriter writer(path, /*overwrite=*/false);
  write_code(writer, all);
  write_run(writer, all);
  writer.finish();
  for (const std::string& name : all) {
    for (const char c : name) std::printf("%02x", static_cast<unsigned char>(c));
    std::puts("");
  }
  return 0;
}

}  // namespace
}  // namespace heaptally

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: hostile_recording FILE\n", stderr);
    return 2;
  }
  try {
    return heaptally::write(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hostile_recording: %s\n", error.what());
    return 1;
  }
}
