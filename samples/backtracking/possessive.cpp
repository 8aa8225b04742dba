// The same patterns as nested.cpp has, with possessive and atomic groups: these give back nothing
// of what they have matched, so the matcher has no need of frames to come back to.
#include "samples/backtracking/answers.h"

int main(int argc, char** argv) {
  return samples::answer_all(argc, argv, &samples::Question::possessive);
}
