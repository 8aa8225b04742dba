#include "samples/snapshots/top_lines.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <heaptally/heaptally.h>
#include <heaptally/profile.h>

namespace samples {
namespace {

namespace hp = heaptally::profile;

// The recording that a snapshot is ends with the moment it was taken.
hp::Snapshot whole(const char* file) { return hp::Recording(file).snapshot("end"); }

[[noreturn]] void fail(const hp::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  std::exit(EXIT_FAILURE);
}

}  // namespace

bool take_snapshot(const char* file) {
  std::remove(file);
  if (heaptally_take_snapshot(file) == 0) return true;
  const char* const reason =
      errno == ENOTCONN ? "the program is not recorded; run it by heaptally record --stopped"
                        : std::strerror(errno);
  std::fprintf(stderr, "%s: %s\n", file, reason);
  return false;
}

void print_top_lines(const char* file, std::size_t limit) try {
  for (const hp::Statistic& row : whole(file).statistics("lineno", false, limit)) {
    std::printf("%s\n", row.text().c_str());
  }
} catch (const hp::Error& error) {
  fail(error);
}

void print_top_changes(const char* file, const char* older, std::size_t limit) try {
  const hp::Snapshot before = whole(older);
  for (const hp::StatisticDifference& row :
       whole(file).compare_to(before, "lineno", false, limit)) {
    std::printf("%s\n", row.text().c_str());
  }
} catch (const hp::Error& error) {
  fail(error);
}

}  // namespace samples
