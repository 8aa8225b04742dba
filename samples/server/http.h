// What the server understands of HTTP/1.1: a request's head, and what to answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace samples::http {

// The largest page that can be asked for. It costs time, not memory: pages are made while
// they are sent.
inline constexpr std::uint64_t kLargestPage = std::uint64_t{1} << 30;

enum class Status : std::uint16_t {
  kOk = 200,
  kBadRequest = 400,
  kNotFound = 404,
  kMethodNotAllowed = 405,
  kHeadTooLarge = 431,
  kVersionNotSupported = 505,
};

// What to answer: a text, or a page of as many bytes as were asked for.
struct Answer {
  Status status = Status::kOk;
  bool is_last = false;          // the connection ends with it
  bool is_without_body = false;  // HEAD: only what the head would say of it
  std::string_view text;
  std::uint64_t page_bytes = 0;

  std::uint64_t body_bytes() const { return text.size() + page_bytes; }
};

// How many bytes of what was received are the first request's head, with the empty line that
// ends it; 0 if that is still to come.
std::size_t head_size(std::string_view received);

// The answer to a request, by its whole head.
Answer answer_to(std::string_view head);

// The answer to what cannot be understood, after which nothing else can be.
Answer refusal(Status status);

// The answer's head. The room must be kAnswerHeadBytes at least.
inline constexpr std::size_t kAnswerHeadBytes = 256;
std::string_view write_head(const Answer& answer, std::span<char> room);

// The answer's body from `offset` on: as much of it as lies in one piece of memory, which is the
// program's own. Empty at the end.
std::string_view body_part(const Answer& answer, std::uint64_t offset);

}  // namespace samples::http
