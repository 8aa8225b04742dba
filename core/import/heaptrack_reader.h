// HeaptrackReader: what a recording of heaptrack says.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/types.h"
#include "core/import/text_lines.h"

namespace heaptally {

// One call that an address stands for; empty and 0 where that is not known.
struct HeaptrackCall {
  std::string_view function;
  std::string_view file;
  std::uint32_t line = 0;
};

// A code address: where the program had it, for heaptrack does not say where modules were loaded.
struct HeaptrackAddress {
  std::uint64_t address = 0;
  std::string_view module;               // its path; empty if it lies in none
  std::span<const HeaptrackCall> calls;  // innermost inlined one first; none if not resolved
};

// What a HeaptrackReader tells, in the order of the file. Texts are valid during the call. Numbers
// refer to what came earlier.
class HeaptrackVisitor {
 public:
  virtual ~HeaptrackVisitor() = default;

  virtual void on_version(std::string_view heaptrack) = 0;  // "1.4.0"; before all else
  // heaptrack came to a program that was running already, and does not know what it had by then.
  virtual void on_attached() = 0;
  virtual void on_command(std::string_view command) = 0;         // joined with blanks by heaptrack
  virtual void on_address(const HeaptrackAddress& address) = 0;  // they count from 1
  // They count from 1; trace 0 is the empty stack. `address` 0 is one that is not known.
  virtual void on_trace(std::uint32_t address, std::uint32_t parent) = 0;
  // A pair of a size and a trace that blocks have in common. They count from 0.
  virtual void on_kind(std::uint64_t size, std::uint32_t trace) = 0;
  virtual void on_allocation(std::uint32_t kind) = 0;
  // Of a block of that kind; which of several is not told.
  virtual void on_free(std::uint32_t kind, bool temporary) = 0;
  virtual void on_time(Nanoseconds now) = 0;  // of what follows; never goes back
  virtual void on_rss(std::uint64_t bytes) = 0;
};

// Purpose: reads a recording that heaptrack interpreted, of its file formats 1 to 3 (heaptrack 1.0
//   and later), packed or not, once from beginning to end. Every line is untrusted: numbers refer
//   only to what is there, no more blocks are freed than were allocated, sums do not overflow.
// Memory: the texts, and 16 bytes for each kind; a file with more than 1 GiB of texts, 64 million
//   addresses or traces, or 128 million kinds is refused.
// Errors: Error that names the line and what is wrong with it, and what to do about a file that was
//   not interpreted.
class HeaptrackReader {
 public:
  HeaptrackReader(const std::filesystem::path& path, HeaptrackVisitor& visitor)
      : subject_(path.string()), lines_(path), visitor_(visitor) {}

  void read();

  // Whether the file ends as heaptrack ends one; else it was cut short after line lines().
  bool is_finished() const { return has_ending_ && lines_.is_whole(); }
  std::uint64_t lines() const { return lines_.number(); }
  // Blocks of a kind that were allocated and not freed.
  std::uint64_t live(std::uint32_t kind) const { return kinds_[kind].live; }

 private:
  class Fields;
  struct Kind {
    std::uint64_t size = 0;
    std::uint64_t live = 0;
  };

  void read_version();
  void read_command();
  void read_line();
  void read_string();
  void read_address(Fields& fields);
  void read_trace(Fields& fields);
  void read_kind(Fields& fields);
  void read_allocation(Fields& fields);
  void read_free(Fields& fields);
  void read_time(Fields& fields);
  void read_rss(Fields& fields);
  void read_system(Fields& fields);
  bool begins_data() const;

  std::uint64_t number(Fields& fields, std::uint64_t most, const char* what) const;
  std::string_view text(Fields& fields, const char* what) const;
  void require(bool holds, const char* problem) const;
  [[noreturn]] void refuse_raw() const;

  std::string subject_;
  TextLines lines_;
  HeaptrackVisitor& visitor_;
  std::uint64_t format_ = 0;
  bool has_command_ = false;
  bool has_ending_ = false;

  std::vector<std::string> strings_;  // string 1 first
  std::uint64_t string_bytes_ = 0;
  std::uint64_t addresses_ = 0;
  std::uint64_t traces_ = 0;
  std::vector<Kind> kinds_;
  std::vector<HeaptrackCall> calls_;  // scratch

  std::uint64_t page_bytes_ = 0;       // 0: not told
  std::uint64_t allocated_bytes_ = 0;  // in all
  std::uint64_t time_ms_ = 0;
  std::uint64_t newest_kind_ = 0;  // of the latest allocation, if nothing was freed since
};

}  // namespace heaptally
