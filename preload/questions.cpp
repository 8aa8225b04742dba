#include "preload/questions.h"

#include <cerrno>

#include "preload/note_writer.h"
#include "preload/session.h"
#include "preload/thread.h"

namespace heaptally::preload {
namespace {

// The collector lets events lie for 200 us before it takes them: to wake it sooner is in vain.
constexpr std::int64_t kInRing = 250'000;            // ns
constexpr std::int64_t kGlance = 50'000'000;         // ns; so soon the collector's death is noticed
constexpr std::uint64_t kPatience = 10'000'000'000;  // ns
constexpr std::uint64_t kPatienceWithWork = 600'000'000'000;  // ns
constexpr std::uint64_t kLittlePatience = 10'000'000;         // ns
constexpr int kAttempts = 4;

// Once a question was not answered in time, nobody waits long until one is.
std::atomic<bool> g_is_silent{false};

// A question that is on its way.
struct Open {
  wire::LaneAnswer* place = nullptr;
  std::uint32_t number = 0;
  std::uint32_t count = 0;  // of answers before it
};

// In hexadecimal.
void write_text(char (&text)[17], std::uint64_t value) {
  int at = 0;
  for (int shift = 60; shift >= 0; shift -= 4) {
    const auto digit = static_cast<unsigned>(value >> shift & 15);
    if (digit != 0 || at != 0 || shift == 0) text[at++] = "0123456789abcdef"[digit];
  }
  text[at] = '\0';
}

// 0, or why it could not be put.
int put(wire::Question question, std::uint64_t about, const void* hook_frame, Open& open) {
  const HookGuard guard(hook_frame);
  Channel* channel = guard.channel();
  if (channel == nullptr) return EAGAIN;
  ThreadRecord& record = *t_thread.record;
  // The collector takes nothing that comes later than what the interrupted hook is about to write.
  if (channel != &record.main) return EDEADLK;
  open.place = &record.lane->answer;
  open.number = g_session.next_question();
  open.count = open.place->count.load(std::memory_order_acquire);
  char text[17];
  write_text(text, about);
  const bool is_put = write_note(channel->ring(), wire::NoteKind::kAsk, open.number,
                                 static_cast<std::uint32_t>(question), text);
  return is_put ? 0 : EAGAIN;
}

// Whether the answer that lies there is to a question that was asked later.
bool is_later(std::uint32_t answered, std::uint32_t number) {
  return static_cast<std::int32_t>(answered - number) > 0;
}

Reply wait_for(const Open& open) {
  const std::uint32_t forks = g_session.forks();
  const std::uint64_t begin = monotonic_nanoseconds();
  const wire::LaneAnswer& answer = *open.place;
  futex_wait(&open.place->count, open.count, kInRing);
  std::uint64_t patience =
      g_is_silent.load(std::memory_order_relaxed) ? kLittlePatience : kPatience;
  while (true) {
    // Matched by the release of the collector's answer.
    const std::uint32_t count = answer.count.load(std::memory_order_acquire);
    const std::uint32_t answered = answer.question.load(std::memory_order_relaxed);
    if (answered == open.number) {
      g_is_silent.store(false, std::memory_order_relaxed);
      const std::int32_t problem = answer.problem.load(std::memory_order_relaxed);
      if (problem != wire::LaneAnswer::kAccepted) {
        return {problem,
                {answer.values[0].load(std::memory_order_relaxed),
                 answer.values[1].load(std::memory_order_relaxed)}};
      }
      patience = kPatienceWithWork;
    } else if (is_later(answered, open.number)) {
      return {EINTR, {}};
    }
    // A signal handler that forked returned to here: it is the parent that asked.
    if (g_session.is_unnoticed_fork() || g_session.forks() != forks) return {EAGAIN, {}};
    if (!g_session.collector_is_there()) return {ENOTCONN, {}};
    if (monotonic_nanoseconds() - begin > patience) {
      g_is_silent.store(true, std::memory_order_relaxed);
      return {ETIMEDOUT, {}};
    }
    g_session.wake_collector();
    futex_wait(&open.place->count, count, kGlance);
  }
}

}  // namespace

Reply ask(wire::Question question, std::uint64_t about, const void* hook_frame) {
  Reply reply;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    // Without system calls a thread cannot wait.
    if (!g_session.is_connected() || !g_session.in_own_process() || !may_call_system()) {
      return {ENOTCONN, {}};
    }
    Open open;
    reply.problem = put(question, about, hook_frame, open);
    if (reply.problem != 0) return reply;
    reply = wait_for(open);
    // A signal handler's own question took the place. Asked again it costs nothing but time, but
    // for a file that may be half written.
    if (reply.problem != EINTR || question == wire::Question::kSnapshot) return reply;
  }
  return reply;
}

}  // namespace heaptally::preload
