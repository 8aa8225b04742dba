// Failed logins as RE2 finds them, one at a time.
#pragma once

#include <re2/re2.h>

#include <string_view>

#include "samples/log_analysis/logins.h"
#include "samples/support/generator.h"

namespace samples {

// RE2 makes its states while it matches, and is to keep them in half of what there is.
inline RE2::Options re2_options() {
  RE2::Options options;
  options.set_max_mem(kMostMemory / 2);
  return options;
}

inline std::string_view view(re2::StringPiece text) { return {text.data(), text.size()}; }

inline Generator<Login> failed_logins(std::string_view log, const RE2& pattern) {
  re2::StringPiece rest(log.data(), log.size());
  re2::StringPiece message, user, address;
  while (RE2::FindAndConsume(&rest, pattern, &message, &user, &address)) {  // finds
    co_yield {.message = view(message), .user = view(user), .address = view(address)};
  }
}

}  // namespace samples
