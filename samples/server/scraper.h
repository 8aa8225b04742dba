// What both scrapers do alike: connections to the server, over which the pages come in parts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include <asio/awaitable.hpp>

#include "samples/server/server.h"
#include "samples/support/checksum.h"
#include "samples/support/sample.h"

namespace samples {

// How many pages over how many connections.
struct Plan {
  std::uint64_t pages;
  std::uint64_t connections;  // no more than pages
};

// From the command line; ends the program as number_arguments does.
Plan plan_arguments(int argc, char** argv);

// The pages of one connection of a plan: every n-th, so that each connection has some.
struct Share {
  std::uint64_t first;
  std::uint64_t step;
  std::uint64_t end;
};

// A page has from 8 to 16 KiB.
std::uint64_t page_bytes(std::uint64_t page);

// What the scrapers find out: how much there was, and a sum of the pages' checksums, whatever
// order they come in.
struct Findings {
  std::uint64_t pages = 0;
  std::uint64_t content_bytes = 0;
  std::uint64_t checksum = 0;
};

// A page's checksum, part by part.
class PageSum {
 public:
  void add(std::string_view part) {
    sum_.add(part);
    bytes_ += part.size();
  }
  void add_to(Findings& findings) const {
    ++findings.pages;
    findings.content_bytes += bytes_;
    findings.checksum += sum_.value();
  }

 private:
  Checksum sum_;
  std::uint64_t bytes_ = 0;
};

// Purpose: a connection that stays open for one page after the other.
// Owner: of its socket, and of one buffer, which is all it holds of a page at a time.
// Threads: the one that runs the io_context.
class Connection {
 public:
  // What all connections allocate at this end, and what each of them does.
  static inline OwnTally ends;
  static std::size_t end_bytes();

  explicit Connection(asio::io_context& io);
  Connection(Connection&&) noexcept;
  ~Connection();

  asio::awaitable<void> open(std::uint16_t port);

  // Asks for a page, and returns how many bytes the server says it has.
  asio::awaitable<std::uint64_t> ask_for(std::uint64_t page);

  // The next part of it, valid until the next call; empty when nothing is left.
  asio::awaitable<std::string_view> next_part();

 private:
  struct End;
  std::unique_ptr<End> end_;
};

// A scraper: fetches its share of the pages over a connection that is open.
using Fetch = std::function<asio::awaitable<void>(Connection& connection, Share share)>;

// Runs a server and, on the same thread, `fetch` for each connection. All connections stay open
// until all pages were fetched. Ends the program with a line on stderr and status 1 if that fails.
ServerCounts scrape(const Plan& plan, const Fetch& fetch);

// What both scrapers print: the findings; what a connection costs at the server's end and at this.
void say(const Findings& findings);
void say(const ServerCounts& server);

}  // namespace samples
