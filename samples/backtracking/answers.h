// The questions, answered by PCRE2.
#pragma once

#include "samples/backtracking/questions.h"

namespace samples {

// Says the answers to all questions, of long texts with as many letters as the program's
// argument asks for; where PCRE2 gives up, why, on stderr. Then how many steps short hostile
// texts take, and what PCRE2 allocated. Returns main's status: 1 if any answer is missing.
int answer_all(int argc, char** argv, const char* Question::*version);

}  // namespace samples
