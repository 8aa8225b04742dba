// PortableKey: a key told by what it is called, so that it means the same in any recording.
#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/profile/keys.h"

namespace heaptally {

// Orders as compare_keys does where both keys are of one recording.
// Lifetime: of the profile that it was made from.
struct PortableKey {
  // A place, as far as the group tells places apart.
  struct Step {
    std::string_view where;
    std::uint64_t line = 0;
    std::string_view function;
    std::uint64_t offset = 0;

    friend bool operator<(const Step& a, const Step& b) {
      return std::tie(a.where, a.line, a.function, a.offset) <
             std::tie(b.where, b.line, b.function, b.offset);
    }
  };
  std::vector<Step> steps;   // of a traceback oldest first, else at most one
  std::string_view name;     // of a thread or program
  std::uint64_t number = 0;  // of a size class; of a thread or process, if `numbered`

  friend bool operator<(const PortableKey& a, const PortableKey& b) {
    return std::tie(a.steps, a.name, a.number) < std::tie(b.steps, b.name, b.number);
  }
};

// `numbered`: tells threads and processes of one name apart, as within one recording.
PortableKey portable_key(const Profile& profile, Group group, const Key& key, bool numbered);

// What a call is told by in the trees of two recordings. As the whole way to a call must be the
// same, and builds of one program lie in several folders: of shared libraries, and of the files of
// functions, the name without the folder counts, and all programs are one. `group` is by place.
PortableKey call_key(const Profile& profile, Group group, PlaceId place);

// Equal for equal keys, and for others with a chance of one in 2^64.
std::uint64_t hash_of(const PortableKey& key);

}  // namespace heaptally
