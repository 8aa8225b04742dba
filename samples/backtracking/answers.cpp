#include "samples/backtracking/answers.h"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "samples/support/pcre2_pattern.h"

namespace samples {
namespace {

constexpr std::uint32_t kUsualLimit = 10'000'000;  // PCRE2's own

// Whether there is an answer; it is said, or on stderr why there is none.
bool answer(const Question& question, const char* pattern, std::uint64_t letters, OwnTally& tally) {
  const std::string text = text_of(question, letters);
  const int found = Pcre2Pattern(pattern, tally).match(text);
  const bool is_answer = found > 0 || found == PCRE2_ERROR_NOMATCH;
  if (is_answer) {
    say(question.key, found > 0 ? 1 : 0);
  } else {
    std::fprintf(stderr, "%s on %" PRIu64 " letters and '%s': %s\n", pattern, letters,
                 std::string(question.tail).c_str(), pcre2_message(found).c_str());
  }
  return is_answer;
}

// The least limit that suffices for an answer: how many steps the longest attempt takes. Unlike
// time, this is the same on every machine.
std::uint32_t steps(const Question& question, const char* pattern, std::uint64_t letters,
                    OwnTally& tally) {
  const std::string text = text_of(question, letters);
  Pcre2Pattern matcher(pattern, tally);
  std::uint32_t least = 0, enough = kUsualLimit;
  while (least < enough) {
    const std::uint32_t limit = least + (enough - least) / 2;
    matcher.set_limit(limit);
    if (matcher.match(text) == PCRE2_ERROR_MATCHLIMIT) {
      least = limit + 1;
    } else {
      enough = limit;
    }
  }
  return enough;
}

}  // namespace

int answer_all(int argc, char** argv, const char* Question::*version) {
  const std::uint64_t letters = letters_argument(argc, argv);
  OwnTally tally;
  unsigned given_up = 0;
  for (const Question& question : {kLongRun, kManyStates}) {
    given_up += answer(question, question.*version, letters, tally) ? 0 : 1;
  }
  for (const Question& question : kHostile) {
    given_up += answer(question, question.*version, kHostileLetters, tally) ? 0 : 1;
  }
  say("given_up", given_up);
  for (const Question& question : kHostile) {
    const std::string key = "steps_" + std::string(question.key) + "_";
    for (const std::uint64_t few : {10, 11}) {
      say(key + std::to_string(few), steps(question, question.*version, few, tally));
    }
  }
  say(tally);
  const int status = finished();
  return given_up > 0 ? EXIT_FAILURE : status;
}

}  // namespace samples
