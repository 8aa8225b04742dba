// Patterns with a repetition in a repetition. For each letter of the long run the matcher keeps a
// frame on the heap, in case it has to come back; on hostile texts it does, until its limit ends
// it.
#include "samples/backtracking/answers.h"

int main(int argc, char** argv) {
  return samples::answer_all(argc, argv, &samples::Question::nested);
}
