// Collects all failed logins, then counts. Its pair, lazy.cpp, counts as they are found.
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "samples/log_analysis/re2_logins.h"
#include "samples/support/mapped_file.h"
#include "samples/support/sample.h"

namespace {

using samples::Login, samples::OwnTally;

// A login of its own strings, which do not need the log.
struct KeptLogin {
  std::string message, user, address;
};

// What a string has on the heap: a short one lies within itself, as users and addresses do.
std::size_t heap_size(const std::string& text) {
  static const std::size_t room_within = std::string().capacity();
  return text.capacity() > room_within ? text.capacity() + 1 : 0;
}

std::string kept(std::string_view text, OwnTally& tally) {
  std::string copy(text);  // copies
  if (heap_size(copy) > 0) tally.allocated(heap_size(copy));
  return copy;
}

std::vector<KeptLogin> collect(std::string_view log, const RE2& pattern, OwnTally& tally) {
  std::vector<KeptLogin> all;
  for (const Login& login : samples::failed_logins(log, pattern)) {
    KeptLogin copy{.message = kept(login.message, tally),
                   .user = kept(login.user, tally),
                   .address = kept(login.address, tally)};
    const std::size_t before = all.capacity();
    all.push_back(std::move(copy));  // grows
    if (all.capacity() != before) {  // for a moment there are both blocks
      tally.allocated(all.capacity() * sizeof(KeptLogin));
      tally.freed(before * sizeof(KeptLogin));
    }
  }
  return all;
}

void analyse(std::string_view log, OwnTally& tally) {
  const RE2 pattern(samples::kFailedLogin, samples::re2_options());
  const std::vector<KeptLogin> all = collect(log, pattern, tally);
  samples::Attempts attempts;
  for (const KeptLogin& login : all) attempts.add(login.user);
  attempts.say();
  // When this function returns:
  for (const KeptLogin& login : all) tally.freed(heap_size(login.message));
  tally.freed(all.capacity() * sizeof(KeptLogin));
}

}  // namespace

int main(int argc, char** argv) {
  const samples::MappedFile log(samples::file_argument(argc, argv));
  OwnTally tally;
  analyse(log.text(), tally);
  samples::say(tally);
  return samples::finished();
}
