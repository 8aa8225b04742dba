// What the versions share: what is found in a log's lines, whoever brings them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "samples/support/checksum.h"
#include "samples/support/sample.h"

namespace samples {

struct Summary {
  std::uint64_t lines = 0;
  std::uint64_t text_bytes = 0;  // without the lines' ends
  std::uint64_t longest = 0;     // bytes
  std::uint64_t failed_logins = 0;
  Checksum checksum;

  // The line without its end.
  void add(std::string_view line) {
    ++lines;
    text_bytes += line.size();
    longest = std::max<std::uint64_t>(longest, line.size());
    failed_logins += line.find("Failed password") != line.npos ? 1 : 0;
    checksum.add(line);
    checksum.add("\n");
  }
};

inline void say(const Summary& summary) {
  say("lines", summary.lines);
  say("text_bytes", summary.text_bytes);
  say("longest", summary.longest);
  say("failed_logins", summary.failed_logins);
  say("checksum", summary.checksum.value());
}

}  // namespace samples
