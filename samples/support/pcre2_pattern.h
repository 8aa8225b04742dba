// A regular expression of PCRE2 whose memory is all known.
#pragma once

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "samples/support/sample.h"

namespace samples {

// Purpose: matches texts by PCRE2's interpreter, which keeps what it may come back to in
//   frames on the heap. What it allocates, for the pattern and for the frames, is told to
//   a tally. The frames are kept for the next match.
// Owner: owns all that PCRE2 makes; the tally outlives it.
// Threads: one at a time.
class Pcre2Pattern {
 public:
  Pcre2Pattern(const char* pattern, OwnTally& tally);
  ~Pcre2Pattern();
  Pcre2Pattern(const Pcre2Pattern&) = delete;
  Pcre2Pattern& operator=(const Pcre2Pattern&) = delete;

  // How often the matcher may go on or back, for each place of the text that it begins at.
  void set_limit(std::uint32_t limit);

  // Looks for a match from a place of the text on. Positive if there is one,
  // PCRE2_ERROR_NOMATCH if there is none, another negative number if PCRE2 gives up.
  int match(std::string_view text, std::size_t from = 0);

  // As match: whether there is one. Ends the program with status 1 and a line on stderr if PCRE2
  // gives up.
  bool find(std::string_view text, std::size_t from = 0);

  // A group of the last match, which had one in that text.
  std::string_view group(std::string_view text, std::size_t number) const;
  std::size_t end() const;

 private:
  pcre2_general_context* memory_;
  pcre2_compile_context* compiling_;
  pcre2_code* code_;
  pcre2_match_context* limits_;
  pcre2_match_data* match_;
};

// What PCRE2 has to say about a negative number.
std::string pcre2_message(int error);

}  // namespace samples
