#include "samples/server/http.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <optional>

namespace samples::http {
namespace {

constexpr std::string_view kFrontPage =
    "This server has a page of each size: /100 has a hundred bytes.\n";

// Pages are the letters of the alphabet over and over, out of one constant: no connection has a
// page's bytes of its own.
constexpr std::size_t kLetters = 26;
constexpr auto kAlphabets = [] {
  std::array<char, kLetters * 630> letters{};
  for (std::size_t at = 0; at < letters.size(); ++at) {
    letters[at] = static_cast<char>('a' + at % kLetters);
  }
  return letters;
}();

const char* reason(Status status) {
  switch (status) {
    case Status::kOk:
      return "OK";
    case Status::kBadRequest:
      return "Bad Request";
    case Status::kNotFound:
      return "Not Found";
    case Status::kMethodNotAllowed:
      return "Method Not Allowed";
    case Status::kHeadTooLarge:
      return "Request Header Fields Too Large";
    case Status::kVersionNotSupported:
      return "HTTP Version Not Supported";
  }
  std::abort();
}

// Cuts off and returns what is before the separator; all, where there is none.
std::string_view take_until(std::string_view& text, char separator) {
  const std::string_view taken = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(text.size(), taken.size() + 1));
  return taken;
}

std::string_view take_line(std::string_view& text) {
  std::string_view line = take_until(text, '\n');
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char letter) { return letter == ' ' || letter == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Names and words of headers are the same in capital letters.
bool is_same(std::string_view one, std::string_view other) {
  const auto lower = [](char letter) { return std::tolower(static_cast<unsigned char>(letter)); };
  return std::ranges::equal(one, other, {}, lower, lower);
}

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) != 0 ||
           kMarks.find(letter) != kMarks.npos;
  });
}

bool has_control_letter(std::string_view line) {
  return std::ranges::any_of(line, [](char letter) {
    return (static_cast<unsigned char>(letter) < ' ' && letter != '\t') || letter == 127;
  });
}

// What matters of a request's headers; nothing, if they make no sense.
struct Headers {
  int hosts = 0;
  bool has_body = false;
  bool closes = false;
  bool keeps_alive = false;
};

std::optional<Headers> headers_of(std::string_view lines) {
  Headers headers;
  while (!lines.empty()) {
    std::string_view line = take_line(lines);
    if (line.empty()) break;  // the head's end
    if (has_control_letter(line) || line.find(':') == line.npos) return std::nullopt;
    const std::string_view name = take_until(line, ':');
    std::string_view value = trimmed(line);
    if (!is_token(name)) return std::nullopt;
    if (is_same(name, "Host")) ++headers.hosts;
    if (is_same(name, "Transfer-Encoding")) headers.has_body = true;
    if (is_same(name, "Content-Length") && value != "0") headers.has_body = true;
    while (is_same(name, "Connection") && !value.empty()) {
      const std::string_view word = trimmed(take_until(value, ','));
      if (is_same(word, "close")) headers.closes = true;
      if (is_same(word, "keep-alive")) headers.keeps_alive = true;
    }
  }
  return headers;
}

Answer in_words(Status status) { return {.status = status, .text = reason(status)}; }

Answer page_at(std::string_view target) {
  if (target == "/") return {.text = kFrontPage};
  std::uint64_t bytes = 0;
  const auto [end, error] = std::from_chars(target.begin() + 1, target.end(), bytes);
  if (error != std::errc{} || end != target.end() || bytes > kLargestPage) {
    return in_words(Status::kNotFound);
  }
  return {.text = {}, .page_bytes = bytes};
}

}  // namespace

std::size_t head_size(std::string_view received) {
  for (std::size_t end = received.find('\n'); end != received.npos;
       end = received.find('\n', end + 1)) {
    // A line may end in a line feed alone, as it does when a person types it.
    const std::string_view rest = received.substr(end + 1);
    if (rest.starts_with('\n')) return end + 2;
    if (rest.starts_with("\r\n")) return end + 3;
  }
  return 0;
}

Answer refusal(Status status) {
  Answer answer = in_words(status);
  answer.is_last = true;
  return answer;
}

Answer answer_to(std::string_view head) {
  std::string_view line = take_line(head);
  if (has_control_letter(line)) return refusal(Status::kBadRequest);
  const std::string_view method = take_until(line, ' ');
  const std::string_view target = take_until(line, ' ');
  const std::string_view version = line;
  const std::optional<Headers> headers = headers_of(head);
  if (!is_token(method) || !target.starts_with('/') || !version.starts_with("HTTP/") || !headers) {
    return refusal(Status::kBadRequest);
  }
  const bool is_1_1 = version == "HTTP/1.1";
  if (!is_1_1 && version != "HTTP/1.0") return refusal(Status::kVersionNotSupported);
  // Bodies are not read, and behind one that is not read no request can be found.
  if (headers->has_body || headers->hosts > 1 || (is_1_1 && headers->hosts == 0)) {
    return refusal(Status::kBadRequest);
  }
  const bool is_head = method == "HEAD";
  Answer answer =
      method == "GET" || is_head ? page_at(target) : in_words(Status::kMethodNotAllowed);
  answer.is_without_body = is_head;
  answer.is_last = headers->closes || (!is_1_1 && !headers->keeps_alive);
  return answer;
}

std::string_view write_head(const Answer& answer, std::span<char> room) {
  const int size =
      std::snprintf(room.data(), room.size(),
                    "HTTP/1.1 %u %s\r\nContent-Type: text/plain\r\nContent-Length: %" PRIu64
                    "\r\nConnection: %s\r\n%s\r\n",
                    static_cast<unsigned>(answer.status), reason(answer.status),
                    answer.body_bytes(), answer.is_last ? "close" : "keep-alive",
                    answer.status == Status::kMethodNotAllowed ? "Allow: GET, HEAD\r\n" : "");
  return {room.data(), static_cast<std::size_t>(size)};
}

std::string_view body_part(const Answer& answer, std::uint64_t offset) {
  if (answer.is_without_body || offset >= answer.body_bytes()) return {};
  if (!answer.text.empty()) return answer.text.substr(offset);
  const std::string_view letters(kAlphabets.data(), kAlphabets.size());
  return letters.substr(offset % kLetters, answer.page_bytes - offset);
}

}  // namespace samples::http
