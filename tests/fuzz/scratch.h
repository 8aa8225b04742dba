// A file of a fuzzer's own, written anew for each input.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace heaptally {

// Purpose: one file in a new private folder, in memory where the system has a place for that. The
//   folder goes with the object; a process that crashes leaves it.
class Scratch {
 public:
  Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch();

  void write(std::span<const std::uint8_t> bytes) const;
  std::filesystem::path path() const { return folder_ / "input.heaptally"; }

 private:
  std::filesystem::path folder_;
};

// Does what a fuzzer does with an input: `input` as a file, as a recording of heaptrack's to be
// imported, or as changes of the recording in `base`.
void run_as_file(const Scratch& scratch, std::span<const std::uint8_t> input);
void run_as_import(const Scratch& scratch, std::span<const std::uint8_t> input);
void run_as_changes(const Scratch& scratch, std::span<const std::uint8_t> base,
                    std::span<const std::uint8_t> input);

}  // namespace heaptally
