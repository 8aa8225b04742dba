// What the versions have in common: what a failed login looks like, and what is counted.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>

namespace samples {

// Its groups: the whole message, the user and the address. All are bounded, for whoever fails to
// log in chooses the name, and std::regex calls itself once more for each letter of a match. Linux
// allows a name 32.
inline constexpr const char* kFailedLogin =
    R"((Failed password for (?:invalid user )?(\w{1,32}) from ([\d.]{7,15}) port \d{1,5}))";

// All that the heap of a version that keeps no logins holds at one time, however long the log is,
// if there are no more users than in this one: 71 KiB of it are the C++ library's, for exceptions.
inline constexpr std::uint64_t kMostMemory = 256 * 1024;

// A failed login where it stands in the log.
struct Login {
  std::string_view message, user, address;
};

// How often each user was tried. Refers to their names, and has a node of a map for each.
class Attempts {
 public:
  void add(std::string_view user);

  // Says failed_logins, users, most_tried and then tried_USER for each of them.
  void say() const;

 private:
  std::map<std::string_view, std::uint64_t> by_user_;
};

}  // namespace samples
