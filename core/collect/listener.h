// Listener: where process images ask to be recorded.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "wire/handshake.h"

namespace heaptally {

// Purpose: a UNIX socket in the abstract namespace (nothing to clean up, and reachable after
//   chroot), guarded by a 128-bit secret. Threads: one at a time.
class Listener {
 public:
  Listener();
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  int fd() const { return fd_; }
  // The value of the session variable.
  std::string session() const;

  // Decides on a caller: the memfd to hand out, or -1 to leave it unrecorded.
  using Decide = std::function<int(std::int32_t pid)>;
  // Answers everybody who waits. Callers without the secret are hung up on.
  void answer_all(const Decide& decide);

 private:
  void answer(int socket, const Decide& decide);

  int fd_ = -1;
  std::string name_;
  std::array<std::uint8_t, wire::kSecretBytes> secret_;
};

}  // namespace heaptally
