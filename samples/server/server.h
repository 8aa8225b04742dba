// A small HTTP server: a coroutine for each connection.
#pragma once

#include <cstddef>
#include <cstdint>

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include "samples/support/sample.h"

namespace samples {

// What a server did so far.
struct ServerCounts {
  std::uint64_t requests = 0;
  std::uint64_t connections = 0;
  std::uint64_t open = 0;  // connections
  std::uint64_t peak_connections = 0;
  OwnTally sessions;  // what is allocated for each connection while it is open
};

// How many bytes that is.
std::size_t session_bytes();

// Purpose: answers GET /N with a page of N bytes, on 127.0.0.1.
// Owner: whoever runs the io_context. The counts must outlive it, for a session that is still
//   open when it goes is counted as closed then.
// Threads: the one that runs the io_context.
class Server {
 public:
  // Listens from now on; port 0 is any that is free. Throws std::system_error if it cannot.
  Server(asio::io_context& io, std::uint16_t port, ServerCounts& counts);

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  // Accepts no more connections. Those that are open go on.
  void stop() { acceptor_.close(); }

 private:
  asio::awaitable<void> accept_all();

  ServerCounts& counts_;
  asio::ip::tcp::acceptor acceptor_;
};

}  // namespace samples
