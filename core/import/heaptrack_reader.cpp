#include "core/import/heaptrack_reader.h"

#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "core/base/error.h"

namespace heaptally {
namespace {

constexpr std::uint64_t kNewestFormat = 3;
constexpr std::uint64_t kMostStringBytes = std::uint64_t{1} << 30;
constexpr std::uint64_t kMostTraces = std::uint64_t{64} << 20;  // and addresses
constexpr std::uint64_t kMostKinds = std::uint64_t{128} << 20;
constexpr std::uint64_t kMostSize = std::uint64_t{1} << 48;  // no program has more addresses
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 62;
constexpr std::uint64_t kMostPageBytes = std::uint64_t{1} << 30;
constexpr std::uint64_t kMostPages = std::uint64_t{1} << 32;
constexpr std::uint64_t kMostMilliseconds = kMostTime / 1'000'000 - 1;
constexpr std::uint64_t kAny = std::numeric_limits<std::uint64_t>::max();
constexpr const char* kGiveOther = "the file is damaged, or no recording of heaptrack";

}  // namespace

// The hexadecimal numbers of a line, which one blank parts.
class HeaptrackReader::Fields {
 public:
  explicit Fields(std::string_view line)
      : rest_(line.substr(std::min<std::size_t>(2, line.size()))) {
    has_kind_ = line.size() >= 2 && line[1] == ' ';
  }

  bool at_end() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

  bool read(std::uint64_t& number) {
    const char* const end = rest_.data() + rest_.size();
    // from_chars would take a sign.
    if (!has_kind_ || rest_.empty() || rest_.front() == '-') return false;
    const auto [after, problem] = std::from_chars(rest_.data(), end, number, 16);
    if (problem != std::errc() || (after != end && *after != ' ')) return false;
    rest_.remove_prefix(static_cast<std::size_t>(after - rest_.data()));
    if (!rest_.empty()) rest_.remove_prefix(1);
    return true;
  }

 private:
  std::string_view rest_;
  bool has_kind_ = false;
};

void HeaptrackReader::require(bool holds, const char* problem) const {
  if (!holds) throw Error(subject_, fmt::format("line {}: {}", lines(), problem), kGiveOther);
}

std::uint64_t HeaptrackReader::number(Fields& fields, std::uint64_t most, const char* what) const {
  std::uint64_t value = 0;
  const bool is_sound = fields.read(value) && value <= most;
  if (!is_sound) require(false, what);
  return value;
}

// A text by its number; 0 is none.
std::string_view HeaptrackReader::text(Fields& fields, const char* what) const {
  const std::uint64_t index = number(fields, strings_.size(), what);
  return index == 0 ? std::string_view() : std::string_view(strings_[index - 1]);
}

void HeaptrackReader::refuse_raw() const {
  const Packing packing = lines_.packing();
  const char* const unpack = packing == Packing::kZstd   ? "zstd -dc"
                             : packing == Packing::kGzip ? "gzip -dc"
                                                         : "cat";
  throw Error(
      subject_, "is raw (heaptrack --raw): heaptrack has yet to look up its functions and lines",
      fmt::format("run {} FILE | /usr/lib/heaptrack/libexec/heaptrack_interpret | gzip >OUT.gz "
                  "where it was recorded, and import OUT.gz",
                  unpack));
}

void HeaptrackReader::read() {
  read_version();
  while (lines_.next()) read_line();
}

// "v 10400 3": heaptrack 1.4.0, format 3.
void HeaptrackReader::read_version() {
  if (!lines_.next() || lines_.line().substr(0, 2) != "v ") {
    throw Error(subject_, "is not a recording of heaptrack",
                "give a file that heaptrack made: heaptrack.PROGRAM.PID.zst or .gz");
  }
  Fields fields(lines_.line());
  const std::uint64_t version = number(fields, 0xFFFFFF, "there is no version of heaptrack");
  constexpr std::uint64_t kFirstWithFormat = 0x10200;
  if (!fields.read(format_)) format_ = version == kFirstWithFormat ? 1 : 0;
  const std::string name =
      fmt::format("{}.{}.{}", version >> 16, version >> 8 & 0xFF, version & 0xFF);
  if (format_ == 0) {
    throw Error(subject_, "was made by a heaptrack before 1.0, whose format is not read",
                "record again");
  }
  if (format_ > kNewestFormat) {
    throw Error(subject_,
                fmt::format("was made by heaptrack {} in its format {}; those up to {} are known",
                            name, format_, kNewestFormat),
                "install a newer heaptally");
  }
  visitor_.on_version(name);
}

void HeaptrackReader::read_line() {
  const std::string_view line = lines_.line();
  Fields fields(line);
  switch (line.empty() ? '#' : line.front()) {
    case '+':
      return read_allocation(fields);
    case '-':
      return read_free(fields);
    case 'a':
      return read_kind(fields);
    case 't':
      return read_trace(fields);
    case 'i':
      return read_address(fields);
    case 's':
      return read_string();
    case 'c':
      return read_time(fields);
    case 'R':
      return read_rss(fields);
    case 'I':
      return read_system(fields);
    case 'X':
      return read_command();
    case 'A':
      return visitor_.on_attached();
    case 'S':  // a suppression that the program has for LeakSanitizer
      return;
    case '#':
      has_ending_ = has_ending_ || line.starts_with("# strings:");
      return;
    case 'x':
    case 'm':
      refuse_raw();
    default:
      require(false, "it is of no kind that is known");
  }
}

// Whether the line is one that may follow the command.
bool HeaptrackReader::begins_data() const {
  Fields fields(lines_.line());
  std::uint64_t value = 0;
  switch (lines_.line().empty() ? ' ' : lines_.line().front()) {
    case 'I':
      return fields.read(value) && fields.read(value) && fields.at_end();
    case 's':
      return format_ < 3 || (fields.read(value) && value == fields.rest().size());
    case 'x':
    case 'm':
      return fields.read(value) && !fields.at_end();
    case '#':
      return lines_.line().starts_with("# strings:");
    default:
      return false;
  }
}

// Arguments may hold newlines, which heaptrack writes as they are.
void HeaptrackReader::read_command() {
  require(!has_command_, "there is a second command");
  has_command_ = true;
  std::string command(lines_.line().substr(std::min<std::size_t>(2, lines_.line().size())));
  constexpr std::size_t kMostBytes = 4096;  // heaptrack's own limit
  while (lines_.next()) {
    if (begins_data()) {
      visitor_.on_command(command);
      return read_line();
    }
    require(command.size() <= kMostBytes, "the command has no end");
    command += '\n';
    command += lines_.line();
  }
  visitor_.on_command(command);
}

void HeaptrackReader::read_string() {
  std::string_view text = lines_.line().substr(std::min<std::size_t>(2, lines_.line().size()));
  if (format_ >= 3) {
    Fields fields(lines_.line());
    const std::uint64_t length = number(fields, kMostStringBytes, "it is no text");
    require(length == fields.rest().size(), "the text is not as long as it says");
    text = fields.rest();
  }
  string_bytes_ += text.size() + sizeof(std::string);
  require(string_bytes_ <= kMostStringBytes, "there is more than 1 GiB of texts");
  strings_.emplace_back(text);
}

void HeaptrackReader::read_address(Fields& fields) {
  constexpr const char* kNoText = "an address refers to a text that is not there";
  HeaptrackAddress address;
  address.address = number(fields, kAny, "it is no address");
  address.module = text(fields, kNoText);
  calls_.clear();
  while (!fields.at_end()) {
    HeaptrackCall call;
    call.function = text(fields, kNoText);
    const bool has_place = !fields.at_end();
    require(has_place || calls_.empty(), "an inlined call has no line");
    if (has_place) {
      call.file = text(fields, kNoText);
      call.line = static_cast<std::uint32_t>(
          number(fields, std::numeric_limits<std::uint32_t>::max(), "it is no line number"));
    }
    calls_.push_back(call);
  }
  address.calls = calls_;
  require(++addresses_ <= kMostTraces, "there are more than 64 million addresses");
  visitor_.on_address(address);
}

void HeaptrackReader::read_trace(Fields& fields) {
  const std::uint64_t address =
      number(fields, addresses_, "a trace refers to an address that is not there");
  const std::uint64_t parent =
      number(fields, traces_, "a trace refers to a caller that is not there");
  require(++traces_ <= kMostTraces, "there are more than 64 million traces");
  visitor_.on_trace(static_cast<std::uint32_t>(address), static_cast<std::uint32_t>(parent));
}

void HeaptrackReader::read_kind(Fields& fields) {
  const std::uint64_t size = number(fields, kMostSize, "no block has that size");
  const std::uint64_t trace =
      number(fields, traces_, "a block refers to a trace that is not there");
  require(kinds_.size() < kMostKinds, "there are more than 128 million kinds of blocks");
  kinds_.push_back({.size = size});
  visitor_.on_kind(size, static_cast<std::uint32_t>(trace));
}

void HeaptrackReader::read_allocation(Fields& fields) {
  std::uint64_t kind = 0;
  const bool is_sound = fields.read(kind);
  // In raw files: its size, trace and address.
  if (is_sound && !fields.at_end()) refuse_raw();
  require(is_sound && kind < kinds_.size(), "an allocation of a kind that is not there");
  ++kinds_[kind].live;
  allocated_bytes_ += kinds_[kind].size;
  require(allocated_bytes_ <= kMostBytes, "more was allocated than any program can");
  newest_kind_ = kind;
  visitor_.on_allocation(static_cast<std::uint32_t>(kind));
}

void HeaptrackReader::read_free(Fields& fields) {
  std::uint64_t kind = 0;
  require(fields.read(kind) && kind < kinds_.size(), "a free of a kind that is not there");
  require(kinds_[kind].live != 0, "a free of a block that is not live");
  --kinds_[kind].live;
  // As heaptrack counts them, of which the figures are to agree: after a free, it takes kind 0 for
  // the newest.
  const bool temporary = newest_kind_ == kind;
  newest_kind_ = 0;
  visitor_.on_free(static_cast<std::uint32_t>(kind), temporary);
}

void HeaptrackReader::read_time(Fields& fields) {
  const std::uint64_t time = number(fields, kMostMilliseconds, "it is no time");
  require(time >= time_ms_, "the time goes back");
  time_ms_ = time;
  visitor_.on_time(std::chrono::milliseconds(time));
}

void HeaptrackReader::read_rss(Fields& fields) {
  const std::uint64_t pages = number(fields, kMostPages, "it is no number of pages");
  if (page_bytes_ != 0) visitor_.on_rss(pages * page_bytes_);
}

void HeaptrackReader::read_system(Fields& fields) {
  page_bytes_ = number(fields, kMostPageBytes, "it is no size of pages");
}

}  // namespace heaptally
