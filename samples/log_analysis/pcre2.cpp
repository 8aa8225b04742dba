// As lazy.cpp, with PCRE2: it is given its memory for a match once, and uses it for all of them.
#include <cstddef>
#include <string_view>

#include "samples/log_analysis/logins.h"
#include "samples/support/generator.h"
#include "samples/support/mapped_file.h"
#include "samples/support/pcre2_pattern.h"
#include "samples/support/sample.h"

namespace {

using samples::Generator, samples::Login, samples::OwnTally, samples::Pcre2Pattern;

Generator<Login> failed_logins(std::string_view log, Pcre2Pattern& pattern) {
  std::size_t from = 0;
  while (pattern.find(log, from)) {
    co_yield {.message = pattern.group(log, 1),
              .user = pattern.group(log, 2),
              .address = pattern.group(log, 3)};
    from = pattern.end();
  }
}

void analyse(std::string_view log, OwnTally& tally) {
  Pcre2Pattern pattern(samples::kFailedLogin, tally);
  samples::Attempts attempts;
  for (const Login& login : failed_logins(log, pattern)) attempts.add(login.user);
  attempts.say();
}

}  // namespace

int main(int argc, char** argv) {
  const samples::MappedFile log(samples::file_argument(argc, argv));
  OwnTally tally;
  analyse(log.text(), tally);
  samples::say("peak_bytes_at_most", samples::kMostMemory);
  samples::say(tally);
  return samples::finished();
}
