// The server alone, for any client: serve [PORT]. GET /N answers with N bytes. Ends on SIGINT or
// SIGTERM, and says then what its connections took.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include <asio/signal_set.hpp>

#include "samples/server/descriptors.h"
#include "samples/server/server.h"
#include "samples/support/sample.h"

namespace {

void serve(std::uint16_t port, samples::ServerCounts& counts) {
  asio::io_context io(1);
  samples::Server server(io, port, counts);
  asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&io](const asio::error_code&, int) { io.stop(); });
  samples::say("port", server.port());
  std::fflush(stdout);
  io.run();
  // Connections that are still open end here: with the io_context go the coroutines that wait in
  // it, and with each coroutine its session.
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t port =
      samples::number_argument(argc, argv, {.name = "PORT", .usual = 0, .most = 65535});
  samples::need_descriptors(1);
  samples::ServerCounts counts;
  try {
    serve(static_cast<std::uint16_t>(port), counts);
  } catch (const std::system_error& trouble) {
    std::fprintf(stderr, "port %u: %s\n", static_cast<unsigned>(port), trouble.what());
    return EXIT_FAILURE;
  }
  samples::say("requests", counts.requests);
  samples::say("connections", counts.connections);
  samples::say("peak_connections", counts.peak_connections);
  samples::say("session_bytes", samples::session_bytes());
  samples::say(counts.sessions);
  return samples::finished();
}
