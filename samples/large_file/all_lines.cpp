// Reads a file's lines into a vector, then looks at each of them.
#include <fstream>
#include <string>
#include <vector>

#include "samples/large_file/summary.h"
#include "samples/support/sample.h"

namespace {

using samples::OwnTally;
using samples::Summary;
using Lines = std::vector<std::string>;

// What the last push_back allocated. A string of more than 15 letters keeps them, and a 0, in a
// block of its own; a vector that is full makes a block of twice the size, then frees the old one.
void tell(OwnTally& tally, const Lines& lines, std::size_t capacity_before) {
  const bool is_moved = lines.capacity() != capacity_before;
  if (is_moved) tally.allocated(lines.capacity() * sizeof(std::string));
  const std::size_t room = lines.back().capacity();
  if (room > std::string().capacity()) tally.allocated(room + 1);
  if (is_moved) tally.freed(capacity_before * sizeof(std::string));
}

Lines all_lines(std::istream& file, OwnTally& tally) {
  Lines lines;
  for (std::string line; std::getline(file, line);) {
    const std::size_t before = lines.capacity();
    lines.push_back(line);  // allocates
    tell(tally, lines, before);
  }
  return lines;
}

Summary summary_of(std::istream& file, OwnTally& tally) {
  const Lines lines = all_lines(file, tally);
  Summary summary;
  for (const std::string& line : lines) summary.add(line);
  tally.freed(tally.live);  // when this function returns
  return summary;
}

}  // namespace

int main(int argc, char** argv) {
  const char* const path = samples::file_argument(argc, argv);
  std::ifstream file(path);  // opens
  OwnTally tally;
  const Summary summary = summary_of(file, tally);
  if (!file.eof()) samples::cannot_read(path);
  say(summary);
  samples::say(tally);
  return samples::finished();
}
