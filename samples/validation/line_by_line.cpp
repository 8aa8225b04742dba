// Parses one record into a document, checks it, and drops it before the next: the peak is one
// record's. But each is still built, block by block, to be looked at once.
#include <algorithm>

#include "samples/support/sample.h"
#include "samples/validation/document.h"

int main(int argc, char** argv) {
  using namespace samples::validation;
  const Arguments arguments(argc, argv);
  Lines lines(arguments.file);
  Checker checker(arguments.shown);
  Measure measure;
  std::uint64_t largest = 0;  // bytes of a document
  try {
    while (lines.next()) {
      const Json record = Json::parse(lines.line());  // allocates
      check_record(checker, record);
      largest = std::max(largest, measure.of(record).bytes);
    }  // allocates to destroy it
  } catch (const Json::exception& error) {
    return broken(lines, error);
  }
  checker.say();
  // Beside the document: what is full doubles while the one before is still there, and so do the
  // parser's copies of the text that it reads, and the stack on which the values within are put to
  // be destroyed.
  samples::say("peak_bytes_at_least", largest);
  samples::say("peak_bytes_at_most", 4 * largest + 8 * lines.longest() + 1024);
  return samples::finished();
}
