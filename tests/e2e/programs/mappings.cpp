// Maps, unmaps and remaps at random, and knows what each line holds at
// each mark. Prints MARK|LINE|BYTES|COUNT of the lines that end in // LINE. A mapping counts until
// its last page is gone. With `fork` a child does the same again, and its marks begin with "child".
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "heaptally/heaptally.h"

namespace {

constexpr std::size_t kPage = 4096;
constexpr int kPages = 256;
constexpr int kMarks = 12;
constexpr int kSteps = 150;  // between marks
constexpr int kMostMappings = 1 << 14;
enum Line { kFirst, kSecond, kRemapped, kSbrk, kBrk, kLines };
const char* const kNames[kLines] = {"first", "second", "remapped", "sbrk", "brk"};

// Static: keeping the books maps nothing.
int g_mapping[kPages];  // of each page of the region; 0: none
struct Mapping {
  int line;
  int pages;
} g_mappings[kMostMappings];
int g_count = 0;
char* g_region = nullptr;
std::uint32_t g_random = 1;

struct Segment {
  std::size_t bytes;
  Line line;
} g_break[kMostMappings];
int g_segments = 0;

int below(int n) {
  g_random = g_random * 1664525 + 1013904223;
  return static_cast<int>((g_random >> 8) % static_cast<std::uint32_t>(n));
}

void require(bool holds, const char* what) {
  if (holds) return;
  dprintf(STDERR_FILENO, "mappings: %s\n", what);
  _exit(3);
}

char* at(int page) { return g_region + static_cast<std::size_t>(page) * kPage; }
std::size_t bytes_of(int pages) { return static_cast<std::size_t>(pages) * kPage; }

// Unseen, so that nothing else is put into the gaps.
void reserve(int page, int pages, int flags) {
  const long result = syscall(SYS_mmap, at(page), bytes_of(pages), PROT_NONE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
  require(result == reinterpret_cast<long>(at(page)), "cannot reserve");
}

void strike(int page, int pages) {
  for (int i = page; i < page + pages; ++i) {
    if (g_mapping[i] != 0) --g_mappings[g_mapping[i]].pages;
    g_mapping[i] = 0;
  }
}

void book(int page, int pages, Line line) {
  strike(page, pages);
  require(++g_count < kMostMappings, "too many mappings");
  g_mappings[g_count] = {line, pages};
  for (int i = page; i < page + pages; ++i) g_mapping[i] = g_count;
}

void map(int page, int pages) {
  constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
  // Not whole pages, which are mapped all the same.
  const std::size_t bytes = bytes_of(pages) - static_cast<std::size_t>(below(3)) * 100;
  void* mapped;
  const Line line = below(2) == 0 ? kFirst : kSecond;
  if (line == kFirst) {
    mapped = mmap(at(page), bytes, PROT_READ | PROT_WRITE, kFlags, -1, 0);  // first
  } else {
    mapped = mmap64(at(page), bytes, PROT_READ, kFlags, -1, 0);  // second
  }
  require(mapped == at(page), "cannot map");
  book(page, pages, line);
}

void unmap(int page, int pages) {
  require(munmap(at(page), bytes_of(pages) - static_cast<std::size_t>(below(2))) == 0,
          "cannot unmap");
  reserve(page, pages, MAP_FIXED_NOREPLACE);
  strike(page, pages);
}

void remap(int page, int pages) {
  const int to = below(kPages / 2), grown = 1 + below(8);
  const bool overlap = to < page + pages && page < to + grown;
  if (overlap || to + grown > kPages) return;
  constexpr int kFlags = MREMAP_MAYMOVE | MREMAP_FIXED;
  void* const moved =
      mremap(at(page), bytes_of(pages), bytes_of(grown), kFlags, at(to));  // remapped
  require(moved != MAP_FAILED, "cannot remap");
  require(moved == at(to), "is not where it was to be");
  reserve(page, pages, MAP_FIXED_NOREPLACE);
  strike(page, pages);
  book(to, grown, kRemapped);
}

// All pages of the stretch are of one mapping: others the kernel would not move.
bool is_of_one(int page, int pages) {
  for (int i = page; i < page + pages; ++i) {
    if (g_mapping[i] == 0 || g_mapping[i] != g_mapping[page]) return false;
  }
  return true;
}

void move_break() {
  const std::size_t bytes = 1 + static_cast<std::size_t>(below(10'000));
  if (below(3) != 0) {
    const Line line = below(2) == 0 ? kSbrk : kBrk;
    bool has_moved;
    if (line == kSbrk) {
      has_moved = sbrk(static_cast<std::intptr_t>(bytes)) != reinterpret_cast<void*>(-1);  // sbrk
    } else {
      has_moved = brk(static_cast<char*>(sbrk(0)) + bytes) == 0;  // brk
    }
    require(has_moved, "cannot move the break");
    g_break[g_segments++] = {bytes, line};
    return;
  }
  std::size_t less = 0, left = bytes;
  while (left != 0 && g_segments != 0) {
    Segment& top = g_break[g_segments - 1];
    const std::size_t part = top.bytes < left ? top.bytes : left;
    top.bytes -= part;
    left -= part;
    less += part;
    if (top.bytes == 0) --g_segments;
  }
  require(sbrk(-static_cast<std::intptr_t>(less)) != reinterpret_cast<void*>(-1),
          "cannot move the break back");
}

void print(const char* mark) {
  std::size_t bytes[kLines] = {};
  int count[kLines] = {};
  for (int i = 1; i <= g_count; ++i) {
    if (g_mappings[i].pages == 0) continue;
    bytes[g_mappings[i].line] += bytes_of(g_mappings[i].pages);
    ++count[g_mappings[i].line];
  }
  for (int i = 0; i < g_segments; ++i) {
    bytes[g_break[i].line] += g_break[i].bytes;
    ++count[g_break[i].line];
  }
  for (int line = 0; line < kLines; ++line) {
    dprintf(STDOUT_FILENO, "%s|%s|%zu|%d\n", mark, kNames[line], bytes[line], count[line]);
  }
}

void run(const char* name) {
  for (int mark = 0; mark < kMarks; ++mark) {
    for (int step = 0; step < kSteps; ++step) {
      const int pages = 1 + below(12), page = below(kPages - pages);
      switch (below(4)) {
        case 0:
        case 1:
          map(page, pages);
          break;
        case 2:
          unmap(page, pages);
          break;
        default:
          if (is_of_one(page, pages)) remap(page, pages);
          move_break();
          break;
      }
    }
    char text[64];
    snprintf(text, sizeof(text), "%s %d", name, mark);
    heaptally_mark(text);
    print(text);
  }
}

}  // namespace

int main(int argc, char** argv) {
  heaptally_mark("start");
  const long region = syscall(SYS_mmap, nullptr, bytes_of(kPages), PROT_NONE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  require(region > 0, "cannot reserve");
  g_region = reinterpret_cast<char*>(region);
  run("mark");
  if (argc < 2 || std::strcmp(argv[1], "fork") != 0) return 0;
  const pid_t child = fork();
  if (child == 0) {
    // What it has inherited is its parent's.
    std::memset(g_mapping, 0, sizeof(g_mapping));
    g_count = 0;
    g_segments = 0;
    run("child");
    _exit(0);
  }
  int status = 0;
  require(waitpid(child, &status, 0) == child && status == 0, "the child");
  return 0;
}
