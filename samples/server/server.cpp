#include "samples/server/server.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include "samples/server/http.h"

namespace samples {
namespace {

using asio::ip::tcp;

// Below, what co_await yields goes into a variable at once. GCC 12 gets conditions wrong:
// in `while (!is_last && co_await next())` it looks at is_last only after next().

constexpr std::size_t kLongestHead = 4096;
// Of what a refused client goes on sending, before its connection is cut.
constexpr std::size_t kMostIgnored = 1 << 20;

// What a connection needs of its own, whatever it asks for: the page is never in memory.
struct Session {
  Session(tcp::socket accepted, ServerCounts& all) : socket(std::move(accepted)), counts(all) {
    ++counts.connections;
    counts.peak_connections = std::max(counts.peak_connections, ++counts.open);
    counts.sessions.allocated(sizeof(Session));
  }
  ~Session() {
    --counts.open;
    counts.sessions.freed(sizeof(Session));
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  tcp::socket socket;
  ServerCounts& counts;
  std::size_t received = 0;  // bytes of `requests` in use
  std::array<char, kLongestHead> requests;
  std::array<char, http::kAnswerHeadBytes> answer_head;
};

// Waits for the next request and takes it out of what was received. The last answer is the one
// to a head that is too large; false: the client is gone.
asio::awaitable<bool> next_answer(Session& session, http::Answer& answer) {
  for (;;) {
    const std::string_view received(session.requests.data(), session.received);
    if (const std::size_t size = http::head_size(received); size > 0) {
      answer = http::answer_to(received.substr(0, size));
      session.received -= size;
      std::memmove(session.requests.data(), session.requests.data() + size, session.received);
      co_return true;
    }
    if (received.size() == session.requests.size()) {
      answer = http::refusal(http::Status::kHeadTooLarge);
      co_return true;
    }
    asio::error_code error;
    const std::size_t more =
        co_await session.socket.async_read_some(asio::buffer(session.requests) + session.received,
                                                asio::redirect_error(asio::use_awaitable, error));
    session.received += more;
    if (error) co_return false;
  }
}

// False: the client did not take it.
asio::awaitable<bool> send(Session& session, const http::Answer& answer) {
  asio::error_code error;
  std::string_view part = http::body_part(answer, 0);
  const std::array<asio::const_buffer, 2> first = {
      asio::buffer(http::write_head(answer, session.answer_head)), asio::buffer(part)};
  co_await asio::async_write(session.socket, first,
                             asio::redirect_error(asio::use_awaitable, error));
  for (std::uint64_t sent = part.size(); !error; sent += part.size()) {
    part = http::body_part(answer, sent);
    if (part.empty()) break;
    co_await asio::async_write(session.socket, asio::buffer(part),
                               asio::redirect_error(asio::use_awaitable, error));
  }
  co_return !error;
}

// A connection closed while something that the client sent was not read would be reset, and the
// client might never see the last answer. So that is read and forgotten first.
asio::awaitable<void> hang_up(Session& session) {
  asio::error_code error;
  session.socket.shutdown(tcp::socket::shutdown_send, error);
  for (std::size_t ignored = 0; !error && ignored < kMostIgnored;) {
    const std::size_t more = co_await session.socket.async_read_some(
        asio::buffer(session.requests), asio::redirect_error(asio::use_awaitable, error));
    ignored += more;
  }
}

// The coroutine of a connection. It waits most of the time; its frame, those of the coroutines
// it waits for, and the session are then all that the connection has on the heap.
asio::awaitable<void> attend(tcp::socket accepted, ServerCounts& counts) {
  const auto session = std::make_unique<Session>(std::move(accepted), counts);  // session
  for (http::Answer answer; !answer.is_last;) {
    const bool is_asked = co_await next_answer(*session, answer);
    if (!is_asked) break;
    ++counts.requests;
    const bool is_sent = co_await send(*session, answer);
    if (!is_sent) co_return;
  }
  co_await hang_up(*session);
}

}  // namespace

std::size_t session_bytes() { return sizeof(Session); }

Server::Server(asio::io_context& io, std::uint16_t port, ServerCounts& counts)
    : counts_(counts), acceptor_(io, {asio::ip::address_v4::loopback(), port}) {
  asio::co_spawn(io, accept_all(), asio::detached);
}

asio::awaitable<void> Server::accept_all() {
  asio::steady_timer pause(acceptor_.get_executor());
  for (;;) {
    asio::error_code error;
    tcp::socket accepted =
        co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (!acceptor_.is_open()) co_return;
    if (!error) {
      asio::co_spawn(acceptor_.get_executor(), attend(std::move(accepted), counts_),
                     asio::detached);
      continue;
    }
    // Without a file descriptor to spare, who connects has to wait until someone leaves.
    pause.expires_after(std::chrono::milliseconds(10));
    co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

}  // namespace samples
