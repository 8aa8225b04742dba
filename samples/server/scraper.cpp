#include "samples/server/scraper.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <asio/co_spawn.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include "samples/server/descriptors.h"

namespace samples {
namespace {

using asio::ip::tcp;

// A large page comes in many parts of this size.
constexpr std::size_t kPartBytes = 4096;

// The bytes that the head of an answer says will follow it.
std::uint64_t announced_bytes(std::string_view head) {
  constexpr std::string_view kField = "\r\nContent-Length: ";
  const std::size_t at = head.find(kField);
  std::uint64_t bytes = 0;
  if (!head.starts_with("HTTP/1.1 200 ") || at == head.npos) {
    throw std::runtime_error("the server answered " + std::string(head.substr(0, head.find('\r'))));
  }
  std::from_chars(head.begin() + at + kField.size(), head.end(), bytes);
  return bytes;
}

}  // namespace

// What a connection allocates at this end.
struct Connection::End {
  explicit End(asio::io_context& io) : socket(io) { ends.allocated(sizeof(End)); }
  ~End() { ends.freed(sizeof(End)); }
  End(const End&) = delete;
  End& operator=(const End&) = delete;

  tcp::socket socket;
  std::size_t at = 0;      // what was not yet taken begins here
  std::size_t filled = 0;  // and ends here
  std::uint64_t left = 0;  // bytes of the page that were not yet taken
  std::array<char, kPartBytes> buffer;
};

Connection::Connection(asio::io_context& io) : end_(std::make_unique<End>(io)) {}  // end
std::size_t Connection::end_bytes() { return sizeof(End); }
Connection::Connection(Connection&&) noexcept = default;
Connection::~Connection() = default;

asio::awaitable<void> Connection::open(std::uint16_t port) {
  const tcp::endpoint server(asio::ip::address_v4::loopback(), port);
  co_await end_->socket.async_connect(server, asio::use_awaitable);
}

asio::awaitable<std::uint64_t> Connection::ask_for(std::uint64_t page) {
  End& end = *end_;
  const int size =
      std::snprintf(end.buffer.data(), end.buffer.size(),
                    "GET /%" PRIu64 " HTTP/1.1\r\nHost: localhost\r\n\r\n", page_bytes(page));
  co_await asio::async_write(end.socket,
                             asio::buffer(end.buffer.data(), static_cast<std::size_t>(size)),
                             asio::use_awaitable);
  constexpr std::string_view kEnd = "\r\n\r\n";
  std::size_t head = std::string_view::npos;
  for (end.filled = 0; head == std::string_view::npos;) {
    if (end.filled == end.buffer.size()) throw std::runtime_error("an answer's head has no end");
    const std::size_t more = co_await end.socket.async_read_some(
        asio::buffer(end.buffer) + end.filled, asio::use_awaitable);
    end.filled += more;
    head = std::string_view(end.buffer.data(), end.filled).find(kEnd);
  }
  end.at = head + kEnd.size();
  end.left = announced_bytes({end.buffer.data(), end.at});
  co_return end.left;
}

asio::awaitable<std::string_view> Connection::next_part() {
  End& end = *end_;
  if (end.left > 0 && end.at == end.filled) {
    end.at = 0;
    end.filled = co_await end.socket.async_read_some(asio::buffer(end.buffer), asio::use_awaitable);
  }
  const std::size_t size = std::min<std::uint64_t>(end.left, end.filled - end.at);
  const std::string_view part(end.buffer.data() + end.at, size);
  end.at += size;
  end.left -= size;
  co_return part;
}

Plan plan_arguments(int argc, char** argv) {
  constexpr std::array kNumbers = {Number{"PAGES", 2000, 100'000, 1},
                                   Number{"CONNECTIONS", 10, 10'000, 1}};
  std::array<std::uint64_t, 2> values{};
  number_arguments(argc, argv, kNumbers, values);
  return {.pages = values[0], .connections = std::min(values[0], values[1])};
}

std::uint64_t page_bytes(std::uint64_t page) { return 8192 + page * 7919 % 8193; }

ServerCounts scrape(const Plan& plan, const Fetch& fetch) {
  need_descriptors(2 * plan.connections);  // both ends of them are in this process
  ServerCounts counts;
  try {
    asio::io_context io(1);
    Server server(io, 0, counts);
    std::vector<Connection> connections;
    connections.reserve(plan.connections);
    for (std::uint64_t made = 0; made < plan.connections; ++made) connections.emplace_back(io);

    std::uint64_t unfinished = plan.connections;
    const auto finished = [&](const std::exception_ptr& failure) {
      if (failure) std::rethrow_exception(failure);  // out of io.run()
      if (--unfinished > 0) return;
      connections.clear();
      server.stop();
    };
    const auto run = [&](Connection& connection, Share share) -> asio::awaitable<void> {
      co_await connection.open(server.port());
      co_await fetch(connection, share);
    };
    for (std::uint64_t first = 0; first < plan.connections; ++first) {
      const Share share{.first = first, .step = plan.connections, .end = plan.pages};
      asio::co_spawn(io, run(connections[first], share), finished);
    }
    io.run();
  } catch (const std::exception& trouble) {
    std::fprintf(stderr, "the pages cannot be fetched: %s\n", trouble.what());
    std::exit(EXIT_FAILURE);
  }
  return counts;
}

void say(const Findings& findings) {
  say("pages", findings.pages);
  say("content_bytes", findings.content_bytes);
  say("checksum", findings.checksum);
}

void say(const ServerCounts& server) {
  say("connections", server.connections);
  say("requests", server.requests);
  say("session_bytes", session_bytes());
  say("end_bytes", Connection::end_bytes());
}

}  // namespace samples
