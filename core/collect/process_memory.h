// What a process has in the memory that it shares with those of its family: its block and its
// lanes. Who is ended, and who is dead, ProcessTree knows.
#pragma once

#include <cstdint>

#include "core/collect/image_family.h"
#include "core/collect/shared_memory.h"

namespace heaptally {

// Whether a block may have been written by a process that claimed it.
bool is_plausible(const wire::ProcessBlock& block, std::uint64_t begin, std::uint64_t now);

// What the threads of a process that has ended were in the midst of need not be waited for.
void give_up_pending(SharedMemory& memory, std::uint32_t block);

// The lanes and the block are free again.
void release(SharedMemory& memory, std::uint32_t block);

// Frees the blocks of processes that were killed while they claimed them: those were never ready,
// and never will be.
void free_dead_claims(ImageFamily& family);

}  // namespace heaptally
