#include "samples/log_analysis/logins.h"

#include <algorithm>
#include <string>

#include "samples/support/sample.h"

namespace samples {

void Attempts::add(std::string_view user) {
  ++by_user_[user];  // counts
}

void Attempts::say() const {
  std::uint64_t all = 0, most = 0;
  for (const auto& [user, tries] : by_user_) {
    all += tries;
    most = std::max(most, tries);
  }
  samples::say("failed_logins", all);
  samples::say("users", by_user_.size());
  samples::say("most_tried", most);
  for (const auto& [user, tries] : by_user_) samples::say("tried_" + std::string(user), tries);
}

}  // namespace samples
