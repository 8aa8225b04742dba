// Events: what a thread's ring carries, in 32-byte slots.
//
// Guarantees of the producer (the shim), for any one address:
//   free < reuse: a free is stamped before the real free is called, an allocation
//   after the real allocation returned. So in order of stamps, allocation and free
//   of an address alternate, whatever the threads.
// The consumer (the collector) relies on none of it for its own safety.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace heaptally::wire {

// An id in the trace table. 0 is the empty stack.
using TraceIndex = std::uint32_t;

enum class EventKind : std::uint8_t {
  kNone = 0,
  kAllocate = 1,
  kFree = 2,
  // realloc takes two slots that are committed together: the old block leaves at
  // the stamp before the call, the new one enters at the stamp after it, so that
  // another thread's reuse of the old address cannot be mistaken.
  kReallocateFrom = 3,
  kReallocateTo = 4,
  // First event of a thread that has taken over a ring. `trace` is its tid, `process` the
  // process block it belongs to; `address` and `size` hold the 16 bytes of its name.
  kThreadBegin = 5,
  // Something about a process, see NoteKind: `address` is the kind, `size` the process's id as
  // the writer sees it in the low half and a value in the high half, `trace` the bytes of text
  // that follow in kText slots, committed together with it.
  kNote = 6,
  // kTextBytes of a note's text: in `address`, `size` and `trace`.
  kText = 7,
  // A block of `domain`, which is not the heap, entered or left. What a domain is called, its
  // process has told by a note before.
  kDomainAllocate = 8,
  kDomainFree = 9,
  // [address, address + size) is mapped anew, in kMapped or kAllocator: what was there goes.
  kMap = 10,
  // Nothing is mapped there any more, whatever parts of it were. mremap takes two slots that are
  // committed together, with its two stamps: kUnmap of the old place, kMap of the new one.
  kUnmap = 11,
};
inline constexpr std::uint8_t kLastEventKind = 11;

// Where memory comes from. Those that the program names are numbered from kFirstNamed, by each
// process for itself.
using DomainNumber = std::uint8_t;
inline constexpr DomainNumber kHeap = 0;
inline constexpr DomainNumber kMapped = 1;     // by mmap, mremap, brk and sbrk
inline constexpr DomainNumber kAllocator = 2;  // ... by the allocator itself
inline constexpr DomainNumber kFirstNamed = 3;
inline constexpr std::uint32_t kMostNamed = 200;
inline constexpr DomainNumber kOthers = 255;       // those beyond
inline constexpr std::size_t kMaxDomainName = 63;  // bytes of it that are kept

enum class NoteKind : std::uint32_t {
  // It is about to execute a program that will not be recorded: the value says why, the text is
  // the program's path.
  kExecUnrecorded = 1,
  // That failed, and it goes on as before.
  kExecFailed = 2,
  // It has ended: the value is its status as wait() gives it.
  kEnded = 3,
  // With verify_stacks: the value is the trace that was captured, the text, in decimal, the trace
  // that libunwind makes of the same stack. Of the process that writes it.
  kStackDiffers = 4,
  // The program gives the moment a name: the text. What was stamped before it came before it.
  kMark = 5,
  // In this process the domain whose number is the value is called what the text says.
  kDomain = 6,

  // Of heaptally.h, in order with the events of the process like all notes:
  // It asks the collector something: the value is a Question, the id the number of the question,
  // the text what it is about, in hexadecimal. The answer comes in the asking lane (layout.h).
  kAsk = 16,
  // Its allocations are recorded from here on (the value is 1), or no more (0).
  kTracing = 17,
  // Its peak of traced memory is what is live now.
  kResetPeak = 18,
  // All its blocks are forgotten.
  kClear = 19,
  // The value has bits: it begins to exit, which is a mark named "exit"; the next block that this
  // thread frees is the shim's own, which was never recorded.
  kExit = 20,
};
inline constexpr std::uint32_t kExitBegins = 1, kExitFreesOwn = 2;

// What a program asks of the collector, and the values of the answer.
enum class Question : std::uint32_t {
  // How many bytes are live, and how many were at most since the start or kResetPeak.
  kTracedMemory = 1,
  // Where the block at an address was allocated: its trace; 0 if there is no such block.
  kTraceback = 2,
  // For a recording of all up to now, written to the open file with this descriptor. First comes
  // an answer with kAccepted, and the last one when the file is written.
  kSnapshot = 3,
};
inline constexpr std::uint32_t kTextBytes = 20;
inline constexpr std::uint32_t kMaxNoteText = 400;  // what is longer loses its beginning

struct Event {
  std::uint64_t stamp;    // ticks of the session's clock
  std::uint64_t address;  // of the block
  std::uint64_t size;     // bytes asked for; 0 where a block leaves
  TraceIndex trace;       // of the call; 0 where a block or a mapping leaves
  EventKind kind;
  DomainNumber domain;    // of kDomainAllocate to kMap; else 0
  std::uint16_t process;  // of kThreadBegin; else 0
};
static_assert(sizeof(Event) == 32 && alignof(Event) == 8);
static_assert(std::is_trivially_copyable_v<Event>);

}  // namespace heaptally::wire
