// As lazy.cpp, with the standard library's regular expressions: nothing is kept either, but
// whatever is searched for needs memory that is gone a moment later.
#include <cstddef>
#include <regex>
#include <string_view>

#include "samples/log_analysis/logins.h"
#include "samples/support/generator.h"
#include "samples/support/mapped_file.h"
#include "samples/support/sample.h"

namespace {

using samples::Generator, samples::Login;

std::string_view view(const std::csub_match& group) {
  return {group.first, static_cast<std::size_t>(group.length())};
}

Generator<Login> failed_logins(std::string_view log, const std::regex& pattern) {
  const char* const end = log.data() + log.size();
  std::cregex_iterator match(log.data(), end, pattern);  // searches
  for (; match != std::cregex_iterator(); ++match) {     // searches on
    const std::cmatch& groups = *match;
    co_yield {.message = view(groups[1]), .user = view(groups[2]), .address = view(groups[3])};
  }
}

}  // namespace

int main(int argc, char** argv) {
  const samples::MappedFile log(samples::file_argument(argc, argv));
  const std::regex pattern(samples::kFailedLogin, std::regex::optimize);
  samples::Attempts attempts;
  for (const Login& login : failed_logins(log.text(), pattern)) attempts.add(login.user);
  attempts.say();
  samples::say("peak_bytes_at_most", samples::kMostMemory);
  return samples::finished();
}
