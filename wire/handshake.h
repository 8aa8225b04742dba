// The handshake: how a process image gets its shared memory.
//
//   record  -> program: HEAPTALLY_SESSION=<32 hex digits of the secret>:<socket>
//                       (<socket> is a path, or @name for one in the abstract namespace)
//   shim    -> record:  connect to the UNIX stream socket, send Hello
//   record  -> shim:    Welcome; if its answer is kAccepted with three memfds as SCM_RIGHTS: the
//                       program's own, the session page's, and the tie
//   shim:               maps them, closes all descriptors, never talks again
//
// The tie is a page that nobody reads or writes. While a process has it mapped, forked ones that
// nothing is known of yet included, the kernel refuses to seal it against writing: so the collector
// knows whether anybody can still come to record into a program's memory.
//
// The collector checks the secret and, through SO_PEERCRED, which process is calling.
//
// Who knows the secret may send a MarkRequest instead, and gets a Welcome without descriptors once
// the moment is noted.
#pragma once

#include <cstdint>

#include "wire/layout.h"

namespace heaptally::wire {

inline constexpr char kSessionVariable[] = "HEAPTALLY_SESSION";
inline constexpr std::uint32_t kSecretBytes = 16;

struct Hello {
  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t bytes;  // sizeof(Hello)
  std::uint8_t secret[kSecretBytes];
};
static_assert(sizeof(Hello) == 32);

inline constexpr std::uint64_t kMarkMagic = 0x6b72616d70616568;  // "heapmark", little-endian

struct MarkRequest {
  Hello hello;       // with kMarkMagic, and `bytes` those of all this
  std::int32_t pid;  // the process that the mark is of
  std::uint32_t name_bytes;
  char name[kMaxNoteText];
};
static_assert(sizeof(MarkRequest) == 440);

enum class Answer : std::uint32_t {
  kAccepted = 0,
  kOtherVersion = 1,
  kNotFollowed = 2,  // a process that this recording does not follow; run unrecorded
};

struct Welcome {
  std::uint64_t magic;
  std::uint32_t version;
  Answer answer;
  std::uint64_t file_bytes;
};
static_assert(sizeof(Welcome) == 24);

inline constexpr std::uint32_t kWelcomeDescriptors = 3;

}  // namespace heaptally::wire
