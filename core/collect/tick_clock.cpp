#include "core/collect/tick_clock.h"

#include <cpuid.h>
#include <time.h>
#include <x86intrin.h>

#include <chrono>
#include <fstream>
#include <string>
#include <thread>

namespace heaptally {
namespace {

constexpr std::chrono::milliseconds kFirstMeasurement{4};
constexpr double kCatchUpNanoseconds = 1e9;  // an error is made good within a second

bool counter_is_invariant() {
  unsigned eax, ebx, ecx, edx;
  constexpr unsigned kAdvancedPowerManagement = 0x80000007, kInvariant = 1u << 8;
  return __get_cpuid(kAdvancedPowerManagement, &eax, &ebx, &ecx, &edx) != 0 &&
         (edx & kInvariant) != 0;
}

// The kernel uses the counter as its clock only after it compared it across all CPUs, and
// gives it up when it finds it wrong.
bool kernel_trusts_counter() {
  std::ifstream file("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  std::string name;
  return file >> name && name == "tsc";
}

std::int64_t monotonic() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

TickClock::TickClock(bool monotonic)
    : kind_(!monotonic && counter_is_invariant() && kernel_trusts_counter()
                ? wire::Clock::kTimeStampCounter
                : wire::Clock::kMonotonic),
      start_(read()),
      anchor_{start_.ticks, 0} {
  if (kind_ == wire::Clock::kMonotonic) return;
  std::this_thread::sleep_for(kFirstMeasurement);
  const Reading later = read();
  nanoseconds_per_tick_ = static_cast<double>(later.nanoseconds - start_.nanoseconds) /
                          static_cast<double>(later.ticks - start_.ticks);
}

const char* TickClock::name() const {
  return kind_ == wire::Clock::kTimeStampCounter ? "tsc" : "monotonic";
}

std::uint64_t TickClock::now() const {
  if (kind_ == wire::Clock::kMonotonic) return static_cast<std::uint64_t>(monotonic());
  unsigned cpu;
  return __rdtscp(&cpu);
}

TickClock::Reading TickClock::read() const { return {now(), monotonic()}; }

std::uint64_t TickClock::ticks_of(Nanoseconds duration) const {
  return static_cast<std::uint64_t>(static_cast<double>(duration.count()) / nanoseconds_per_tick_);
}

void TickClock::adjust() {
  if (kind_ == wire::Clock::kMonotonic) return;
  const Reading now = read();
  const std::int64_t truth = now.nanoseconds - start_.nanoseconds;
  const std::int64_t mapped = since_start(now.ticks).count();
  const double rate = static_cast<double>(truth) / static_cast<double>(now.ticks - start_.ticks);
  anchor_ = {now.ticks, mapped};
  nanoseconds_per_tick_ = rate * (1 + static_cast<double>(truth - mapped) / kCatchUpNanoseconds);
}

}  // namespace heaptally
