#include "core/collect/program_words.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <fstream>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace heaptally {
namespace {

// What a question is about; 0 where that makes no sense.
std::uint64_t number_in(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, problem] =
      std::from_chars(text.data(), text.data() + text.size(), number, /*base=*/16);
  return problem == std::errc() && end == text.data() + text.size() ? number : 0;
}

// Whether a process could write through a descriptor itself: what it may not change, heaptally,
// which may have more rights, is not to change for it.
bool is_writable(std::int32_t pid, std::uint64_t descriptor) {
  std::ifstream info(fmt::format("/proc/{}/fdinfo/{}", pid, descriptor));
  for (std::string word; info >> word;) {
    if (word != "flags:") continue;
    unsigned flags = 0;
    info >> std::oct >> flags;
    return info && (flags & O_ACCMODE) == O_RDWR;
  }
  return false;
}

// The empty file that a process has open: a descriptor of it, or an errno, negative.
int open_file_of(std::int32_t pid, std::uint64_t descriptor) {
  if (pid == 0) return -ESRCH;
  if (!is_writable(pid, descriptor)) return -EACCES;
  const std::string path = fmt::format("/proc/{}/fd/{}", pid, descriptor);
  const int file = open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (file < 0) return -errno;
  struct stat info = {};
  if (fstat(file, &info) == 0 && S_ISREG(info.st_mode) && info.st_size == 0) return file;
  close(file);
  return -EINVAL;
}

}  // namespace

void ProgramWords::take(TrackedProcess& process, std::uint32_t lane, const PendingNote& note) {
  switch (note.kind) {
    case wire::NoteKind::kAsk:
      return answer(process, {process.family->number(), lane, static_cast<std::uint32_t>(note.pid)},
                    note);
    case wire::NoteKind::kTracing:
      process.has_untraced = true;
      return others_.mark(process, note.value != 0 ? "start" : "stop");
    case wire::NoteKind::kResetPeak:
      process.tally.recent_peak = process.tally.live.bytes;
      return;
    case wire::NoteKind::kClear:
      return clear(process);
    case wire::NoteKind::kExit:
      process.family->lane(lane).frees_own_block = (note.value & wire::kExitFreesOwn) != 0;
      if ((note.value & wire::kExitBegins) != 0) others_.mark(process, "exit");
      return;
    default:
      return;
  }
}

void ProgramWords::clear(TrackedProcess& process) {
  process.live.for_each([&](const LiveBlock& block) {
    tallies_.forget(block.tally, block.size, block.birth, process.tally);
  });
  process.live = {};
  process.has_untraced = true;
  process.tally.recent_peak = process.tally.live.bytes;
}

void ProgramWords::answer(TrackedProcess& process, const Asker& asker, const PendingNote& note) {
  switch (static_cast<wire::Question>(note.value)) {
    case wire::Question::kTracedMemory:
      return answer(asker, 0, process.tally.live.bytes, process.tally.recent_peak);
    case wire::Question::kTraceback:
      return answer_traceback(process, asker, number_in(note.text));
    case wire::Question::kSnapshot:
      return begin_copy(process, asker, number_in(note.text));
  }
  answer(asker, EINVAL);
}

void ProgramWords::answer_traceback(const TrackedProcess& process, const Asker& asker,
                                    std::uint64_t address) {
  LiveBlock block;
  const bool is_live = process.live.find(address, block);
  answer(asker, 0, is_live ? process.family->node_of(tallies_.trace_of(block.tally)) : 0);
}

void ProgramWords::begin_copy(const TrackedProcess& process, const Asker& asker,
                              std::uint64_t descriptor) {
  if (open_.size() == kMostOpen) return answer(asker, EAGAIN);
  const int file = open_file_of(process.pid, descriptor);
  if (file < 0) return answer(asker, -file);
  answer(asker, wire::LaneAnswer::kAccepted);
  const std::uint64_t ticket = next_ticket_++;
  open_.emplace(ticket, asker);
  if (!others_.copy(file, ticket)) copied({{ticket, EIO}});
}

void ProgramWords::copied(const std::vector<CopyDone>& done) {
  for (const CopyDone& copy : done) {
    const auto place = open_.find(copy.ticket);
    if (place == open_.end()) continue;
    answer(place->second, copy.problem);
    open_.erase(place);
  }
}

void ProgramWords::give_up_copies() {
  for (const auto& [ticket, asker] : std::exchange(open_, {})) answer(asker, EIO);
}

// The program may be gone by now.
void ProgramWords::answer(const Asker& asker, std::int32_t problem, std::uint64_t first,
                          std::uint64_t second) {
  const auto family = tree_.families().find(asker.family);
  if (family == tree_.families().end()) return;
  family->second->memory().answer(asker.lane, asker.question, problem, first, second);
}

}  // namespace heaptally
