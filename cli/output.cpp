#include "cli/output.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <unistd.h>

#include "core/base/error.h"
#include "core/report/ascii.h"

namespace heaptally {

StandardOutput::StandardOutput() { std::signal(SIGPIPE, SIG_IGN); }

StandardOutput::Buffer::int_type StandardOutput::Buffer::overflow(int_type character) {
  if (sync() != 0) return traits_type::eof();
  if (!traits_type::eq_int_type(character, traits_type::eof())) {
    *pptr() = traits_type::to_char_type(character);
    pbump(1);
  }
  return traits_type::not_eof(character);
}

int StandardOutput::Buffer::sync() {
  const std::string_view text(pbase(), static_cast<std::size_t>(pptr() - pbase()));
  if (text.empty()) return 0;
  if (descriptor_ < 0) descriptor_ = wants_pager(text) ? pager_.start() : STDOUT_FILENO;
  const std::size_t size = in_ascii_ ? complete_bytes(text) : text.size();
  write_out(in_ascii_ ? drawn_in_ascii(text.substr(0, size)) : text);
  // The beginning of a character stays for the next time.
  std::copy(text.begin() + static_cast<std::ptrdiff_t>(size), text.end(), bytes_.begin());
  setp(bytes_.data(), bytes_.data() + bytes_.size());
  pbump(static_cast<int>(text.size() - size));
  return problem_ == 0 ? 0 : -1;
}

void StandardOutput::Buffer::write_out(std::string_view text) {
  while (!text.empty() && problem_ == 0) {
    const ssize_t written = write(descriptor_, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      problem_ = errno;
    }
  }
}

void StandardOutput::finish() {
  stream_.flush();
  buffer_.wait_for_pager();
  if (buffer_.problem() != 0 && buffer_.problem() != EPIPE) {
    throw Error("standard output", std::strerror(buffer_.problem()), "the report is not complete");
  }
}

void tell(std::string_view text) {
  std::signal(SIGPIPE, SIG_IGN);
  while (!text.empty()) {
    const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace heaptally
