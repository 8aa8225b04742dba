// What the versions share: what is found in a log's lines, whoever brings them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "samples/support/sample.h"

namespace samples {

struct Summary {
  std::uint64_t lines = 0;
  std::uint64_t text_bytes = 0;  // without the lines' ends
  std::uint64_t longest = 0;     // bytes
  std::uint64_t failed_logins = 0;
  std::uint64_t checksum = 14695981039346656037U;  // FNV-1a

  // The line without its end.
  void add(std::string_view line) {
    ++lines;
    text_bytes += line.size();
    longest = std::max<std::uint64_t>(longest, line.size());
    failed_logins += line.find("Failed password") != line.npos ? 1 : 0;
    for (const char letter : line) hash(static_cast<unsigned char>(letter));
    hash('\n');
  }

 private:
  void hash(unsigned char byte) { checksum = (checksum ^ byte) * 1099511628211U; }
};

inline void say(const Summary& summary) {
  say("lines", summary.lines);
  say("text_bytes", summary.text_bytes);
  say("longest", summary.longest);
  say("failed_logins", summary.failed_logins);
  say("checksum", summary.checksum);
}

}  // namespace samples
