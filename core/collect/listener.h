// Listener: where process images ask to be recorded.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
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

  // Who knows the secret and asks to be recorded, or for a mark.
  struct Caller {
    int socket = -1;
    std::int32_t pid = 0;  // 0: it has none that this process sees
    bool has_our_version = false;
    // What it asks for instead: a mark of this name, of process `marked`.
    std::optional<std::string> mark;
    std::int32_t marked = 0;
    // Why it can have no answer, and runs unrecorded; empty if it waits for one.
    std::string gone;
  };
  // Whoever calls from here on is refused at once, and whoever waits is hung up on.
  void hang_up();
  // Everybody who waits; each is hung up on after the visit. Callers without the secret are at
  // once, and callers for whom there is no descriptor are before it.
  void for_each_caller(const std::function<void(const Caller&)>& visit);
  // Hands out descriptors: see wire/handshake.h. None: it is not recorded.
  using Descriptors = std::array<int, wire::kWelcomeDescriptors>;
  static void welcome(const Caller& caller, const std::optional<Descriptors>& descriptors);
  // The mark is noted.
  static void confirm_mark(const Caller& caller);

 private:
  bool turn_one_away(const std::function<void(const Caller&)>& visit);
  bool hear(int socket, Caller& caller) const;

  int fd_ = -1;
  int spare_ = -1;  // a descriptor to be had when there is no other
  std::string name_;
  std::array<std::uint8_t, wire::kSecretBytes> secret_;
};

}  // namespace heaptally
