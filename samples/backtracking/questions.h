// What all versions are asked: does the text match?
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "samples/support/sample.h"

namespace samples {

// A text of letters and a tail; and two patterns that match the same texts.
struct Question {
  std::string_view key;
  std::string_view tail;
  // A repeated group that can match the same letters in many ways. When what follows does not
  // match, all of them are tried.
  const char* nested;
  // What the group has matched it keeps: there is nothing to come back to.
  const char* possessive;
  std::string_view letters = "a";  // that the text is made of
};

// Matches, and needs to remember for every letter that there was another way.
inline constexpr Question kLongRun = {"long_run", "", "(a|aa)+$", "(a|aa)++$"};

// Does not match. What stands 17 letters before a c is easy to look up by going back; who does not
// has to remember the last 17 letters, in a state for each way that they can be.
inline constexpr Question kManyStates = {"many_states", "!c", "a[ab]{16}c", "a[ab]{16}+c", "ab"};

// None of them matches. Every letter more doubles the ways to try, except without_b: both
// patterns need a b, and PCRE2 looks for that first. So it is enough to give it one.
inline constexpr std::array kHostile = {
    Question{"plus_of_plus", "!", "(a+)+$", "(a+)++$"},
    Question{"either_or", "!", R"((\d+|\w+)+$)", R"((?>\d+|\w+)+$)"},
    Question{"without_b", "!", "(a+)+b", "(a+)++b"},
    Question{"with_b", "!b", "(a+)+b", "(a+)++b"},
};
inline constexpr std::uint64_t kHostileLetters = 30;

inline std::string text_of(const Question& question, std::uint64_t letters) {
  std::string text;
  text.reserve(letters + question.tail.size());
  std::mt19937 random(1);  // its numbers are the same everywhere
  for (; letters > 0; --letters) text += question.letters[random() % question.letters.size()];
  text += question.tail;
  return text;
}

// How many letters the long texts have. Some hundred megabytes at the most.
inline std::uint64_t letters_argument(int argc, char** argv) {
  return number_argument(argc, argv,
                         {.name = "LETTERS", .usual = 400'000, .most = 1'000'000, .least = 1});
}

}  // namespace samples
