#include "core/import/text_lines.h"

#include <fmt/format.h>

#include "core/base/error.h"

namespace heaptally {
namespace {

constexpr std::size_t kReadAtOnce = 1 << 16;
constexpr std::size_t kLongestLine = 16 << 20;
constexpr const char* kGetAnother = "copy it again, or record again";

}  // namespace

bool TextLines::next() {
  std::size_t searched = after_;
  while (true) {
    const std::size_t end = buffer_.find('\n', searched);
    if (end != std::string::npos) {
      start_ = after_;
      length_ = end - start_;
      after_ = end + 1;
      ++number_;
      return true;
    }
    searched = buffer_.size() - after_;  // where it is once read_more() has moved it
    if (!read_more()) return false;
  }
}

// Moves what is left to the front, and appends to it.
bool TextLines::read_more() {
  buffer_.erase(0, after_);
  start_ = length_ = after_ = 0;
  const std::size_t kept = buffer_.size();
  if (kept > kLongestLine) {
    throw Error(subject_, fmt::format("line {} is longer than 16 MiB", number_ + 1),
                "give a file that heaptrack made");
  }
  buffer_.resize(kept + kReadAtOnce);
  const std::size_t count = file_.read(buffer_.data() + kept, kReadAtOnce);
  buffer_.resize(kept + count);
  if (count != 0) return true;
  if (file_.end() == PackedEnd::kDamaged) {
    throw Error(
        subject_,
        fmt::format("line {}: what is packed there is damaged and cannot be unpacked", number_ + 1),
        kGetAnother);
  }
  has_rest_ = kept != 0;
  return false;
}

}  // namespace heaptally
