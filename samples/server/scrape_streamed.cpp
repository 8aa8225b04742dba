// Works on each part of a page as it comes, and keeps none. Its pair, scrape_eager, collects all
// pages first.
#include <string_view>

#include "samples/server/scraper.h"
#include "samples/support/sample.h"

namespace {

using samples::Connection;
using samples::Findings;
using samples::PageSum;
using samples::Share;

asio::awaitable<void> fetch(Connection& connection, Share share, Findings& findings) {
  for (std::uint64_t page = share.first; page < share.end; page += share.step) {
    PageSum sum;
    co_await connection.ask_for(page);
    for (;;) {
      const std::string_view part = co_await connection.next_part();
      if (part.empty()) break;
      sum.add(part);  // the part is in the connection's buffer, which the next one overwrites
    }
    sum.add_to(findings);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Findings findings;
  const samples::ServerCounts server = samples::scrape(
      samples::plan_arguments(argc, argv),
      [&](Connection& connection, Share share) { return fetch(connection, share, findings); });
  samples::say(findings);
  samples::say(server);
  samples::say(Connection::ends);
  return samples::finished();
}
