// Looks at a file's lines as a generator reads them, all through one buffer.
#include <fstream>
#include <string>
#include <string_view>

#include "samples/large_file/summary.h"
#include "samples/support/generator.h"

namespace {

using samples::Summary;
using Lines = samples::Generator<std::string_view>;

// Each line is valid until the next one.
Lines lines_of(std::istream& file) {
  std::string line;
  while (std::getline(file, line)) co_yield line;  // grows
}

Summary summary_of(std::istream& file) {
  Summary summary;
  for (const std::string_view line : lines_of(file)) summary.add(line);
  return summary;
}

}  // namespace

int main(int argc, char** argv) {
  const char* const path = samples::file_argument(argc, argv);
  std::ifstream file(path);  // opens
  const Summary summary = summary_of(file);
  if (!file.eof()) samples::cannot_read(path);
  say(summary);
  samples::say(Lines::frames);
  // A string that must grow takes what it needs, but at least twice what it had, and a byte for the
  // 0 at its end. All its blocks together:
  samples::say("line_bytes_at_most", 4 * (summary.longest + 1));
  return samples::finished();
}
