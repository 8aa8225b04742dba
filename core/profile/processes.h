// Processes: the process images of a recording put together into processes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/recording/reader.h"

namespace heaptally {

// A process with all its images, or a row of several processes that were folded.
struct WholeProcess {
  std::vector<ProcessId> images;           // oldest first, never empty
  std::optional<std::size_t> parent = {};  // its parent's number, less than its own
  std::int32_t pid = 0;                    // 0: several were folded
  std::int32_t parent_pid = 0;
  std::uint32_t processes = 1;               // how many were folded
  std::string_view command = {};             // of its last image
  std::string_view not_recorded = {};        // why its last image was not; empty if it was
  Nanoseconds start{0};                      // of its first image
  std::optional<Nanoseconds> duration = {};  // until its end or that of an unfinished recording
  int exit_status = kUnknownExit;            // of its last image
  Amount total = {};                         // of all images
  Amount live_at_end = {};                   // the sum of each image just before its end
  Amount peak = {};                          // the greatest of its images
  Nanoseconds peak_time{0};
};

// Purpose: the processes of a recording, numbered by their start.
// Lifetime: `data` must outlive it. Threads: immutable once made.
class Processes {
 public:
  explicit Processes(const RecordingData& data);

  std::size_t size() const { return processes_.size(); }
  const WholeProcess& operator[](std::size_t number) const { return processes_[number]; }
  auto begin() const { return processes_.begin(); }
  auto end() const { return processes_.end(); }
  // The number of the process that an image is of.
  std::size_t of(ProcessId image) const { return by_image_[index_of(image)]; }

 private:
  void find_parents();

  std::vector<WholeProcess> processes_;
  std::vector<std::size_t> by_image_;
};

// "/usr/bin/make -j2" -> "make".
std::string_view program_name(std::string_view command);

// The first processes by name, for messages: "make (100), cc (101) and 5 more".
std::string names_of(const Processes& processes);

// How many rows are processes of their own, or several: not those for what threads share.
std::size_t process_rows(const Processes& processes);

// A process as a line of a tree.
struct ProcessLine {
  std::size_t process = 0;
  std::size_t depth = 0;  // how many of its ancestors are lines too
};

// The `limit` processes with the greatest peaks, or all if it is 0: each after its parent, and in
// order of start among those with the same parent.
std::vector<ProcessLine> process_tree(const Processes& processes, std::size_t limit);
// The same of those that are `shown`, by their number.
std::vector<ProcessLine> process_tree(const Processes& processes, const std::vector<bool>& shown);

}  // namespace heaptally
