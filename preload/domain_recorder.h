// What is recorded of domains other than the heap. As recorder.h has it of that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "preload/thread.h"

namespace heaptally::preload {

// In the domain of that name `old_block` left and `new_block` entered; null: there is none.
void record_in_domain(const char* domain, const void* old_block, const void* new_block,
                      std::size_t size, const void* hook_frame);

// [start, start + bytes) was just mapped, with whatever was there before.
void record_mapping(std::uint64_t start, std::uint64_t bytes, const void* hook_frame);

// [start, start + bytes) is about to be unmapped, which will hardly fail.
void record_unmapping(std::uint64_t start, std::uint64_t bytes, const void* hook_frame);
// It has.
void note_failed_unmapping();

// An mremap in progress: made before the real call, finished after it. While it exists, the
// collector holds back all events later than its beginning.
class RemappingRecord {
 public:
  explicit RemappingRecord(const void* hook_frame);

  // What is no longer mapped, and what is now; of no bytes: nothing. With neither nothing happened.
  void finish(std::uint64_t old_start, std::uint64_t old_bytes, std::uint64_t new_start,
              std::uint64_t new_bytes);

 private:
  std::optional<HookGuard> guard_;
  bool is_open_ = false;
  bool is_traced_ = false;  // else the program has stopped recording
  std::uint64_t before_ = 0;
  std::uint32_t trace_ = 0;
  wire::DomainNumber domain_ = wire::kMapped;
};

// `code`: a function of the real allocator. What maps memory from within its library is it, too.
void find_allocators_code(void* code);

}  // namespace heaptally::preload
