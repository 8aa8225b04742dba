#include "cli/output.h"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <unistd.h>

#include "core/base/error.h"

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
  if (pptr() == pbase()) return 0;
  if (descriptor_ < 0) {
    const std::string_view text(pbase(), static_cast<std::size_t>(pptr() - pbase()));
    descriptor_ = wants_pager(text) ? pager_.start() : STDOUT_FILENO;
  }
  for (const char* next = pbase(); next < pptr() && problem_ == 0;) {
    const ssize_t written = write(descriptor_, next, static_cast<std::size_t>(pptr() - next));
    if (written >= 0) {
      next += written;
    } else if (errno != EINTR) {
      problem_ = errno;
    }
  }
  setp(bytes_.data(), bytes_.data() + bytes_.size());
  return problem_ == 0 ? 0 : -1;
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
