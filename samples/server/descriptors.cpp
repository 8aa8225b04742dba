#include "samples/server/descriptors.h"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>

#include <sys/resource.h>

namespace samples {

void need_descriptors(std::uint64_t needed) {
  constexpr std::uint64_t kRest = 16;  // the standard ones, epoll's, the acceptor's
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= needed + kRest) return;
  std::fprintf(stderr,
               "%" PRIu64 " file descriptors are needed, the limit is %" PRIu64
               ": take fewer connections, or raise it with ulimit -n\n",
               needed + kRest, static_cast<std::uint64_t>(limit.rlim_cur));
  std::exit(EXIT_FAILURE);
}

}  // namespace samples
