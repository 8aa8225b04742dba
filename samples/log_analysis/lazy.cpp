// Counts failed logins as they are found. Its pair, eager.cpp, collects them all first.
#include "samples/log_analysis/re2_logins.h"
#include "samples/support/mapped_file.h"
#include "samples/support/sample.h"

int main(int argc, char** argv) {
  const samples::MappedFile log(samples::file_argument(argc, argv));
  const RE2 pattern(samples::kFailedLogin, samples::re2_options());
  samples::Attempts attempts;
  for (const samples::Login& login : samples::failed_logins(log.text(), pattern)) {
    attempts.add(login.user);
  }
  attempts.say();
  samples::say("peak_bytes_at_most", samples::kMostMemory);
  return samples::finished();
}
