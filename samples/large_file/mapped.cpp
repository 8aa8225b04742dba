// Looks at a file's lines where the kernel shows them: a mapping, and views into it. Nothing is
// copied.
#include <algorithm>
#include <cstddef>
#include <string_view>

#include "samples/large_file/summary.h"
#include "samples/support/generator.h"
#include "samples/support/mapped_file.h"

namespace {

using samples::Summary;
using Lines = samples::Generator<std::string_view>;

Lines lines_of(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = std::min(text.find('\n'), text.size());
    co_yield text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
  }
}

Summary summary_of(std::string_view text) {
  Summary summary;
  for (const std::string_view line : lines_of(text)) summary.add(line);
  return summary;
}

}  // namespace

int main(int argc, char** argv) {
  const samples::MappedFile file(samples::file_argument(argc, argv));
  const Summary summary = summary_of(file.text());
  say(summary);
  samples::say(Lines::frames);
  samples::say("mapped_bytes", file.mapped_bytes());
  return samples::finished();
}
