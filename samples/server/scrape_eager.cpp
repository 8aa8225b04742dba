// Collects all pages, then works on them. Its pair, scrape_streamed, works on each part of a
// page as it comes.
#include <string>
#include <string_view>
#include <vector>

#include "samples/server/scraper.h"
#include "samples/support/sample.h"

namespace {

using samples::Connection;
using samples::Findings;
using samples::PageSum;
using samples::Share;

// What the pages take: the strings' memory, each with the zero at its end.
samples::OwnTally bodies_tally;

asio::awaitable<void> fetch(Connection& connection, Share share, std::vector<std::string>& bodies) {
  for (std::uint64_t page = share.first; page < share.end; page += share.step) {
    std::string& body = bodies[page];
    const std::uint64_t size = co_await connection.ask_for(page);
    body.reserve(size);  // allocates
    bodies_tally.allocated(body.capacity() + 1);
    for (;;) {
      const std::string_view part = co_await connection.next_part();
      if (part.empty()) break;
      body.append(part);
    }
  }
}

Findings found_in(const std::vector<std::string>& bodies) {
  Findings findings;
  for (const std::string& body : bodies) {
    PageSum sum;
    sum.add(body);
    sum.add_to(findings);
  }
  return findings;
}

Findings scrape(const samples::Plan& plan, samples::ServerCounts& server) {
  std::vector<std::string> bodies(plan.pages);
  server = samples::scrape(plan, [&bodies](Connection& connection, Share share) {
    return fetch(connection, share, bodies);
  });
  for (const std::string& body : bodies) bodies_tally.freed(body.capacity() + 1);
  return found_in(bodies);
}

}  // namespace

int main(int argc, char** argv) {
  samples::ServerCounts server;
  samples::say(scrape(samples::plan_arguments(argc, argv), server));
  samples::say(server);
  samples::say(bodies_tally);
  return samples::finished();
}
