// nested.cpp's patterns, unchanged, by a matcher that never goes back: RE2 walks over the text
// once, in all states at once that the pattern can be in.
#include <re2/re2.h>

#include <cstdint>
#include <string>

#include "samples/backtracking/questions.h"
#include "samples/support/sample.h"

namespace {

using samples::Question;

// RE2 makes its states when it comes to them, and keeps them in no more than this. Where they have
// no room it forgets them, and then does without; that takes more time, and the answer is the same.
constexpr std::uint64_t kMostMemory = 64 * 1024;
// The C++ library's reserve for exceptions, stdout's buffer and the like.
constexpr std::uint64_t kSurroundings = 96 * 1024;

void answer(const Question& question, std::uint64_t letters) {
  RE2::Options options;
  options.set_max_mem(kMostMemory);
  options.set_log_errors(false);  // that it does without
  const RE2 pattern(question.nested, options);
  const std::string text = text_of(question, letters);
  const bool is_match = RE2::PartialMatch(text, pattern);  // matches
  samples::say(question.key, is_match ? 1 : 0);
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t letters = samples::letters_argument(argc, argv);
  answer(samples::kLongRun, letters);
  answer(samples::kManyStates, letters);
  for (const Question& question : samples::kHostile) answer(question, samples::kHostileLetters);
  samples::say("given_up", 0);
  samples::say("peak_bytes_at_most", kMostMemory + kSurroundings + letters);
  return samples::finished();
}
