#include "core/collect/tree_sampler.h"

#include <algorithm>
#include <chrono>

namespace heaptally {
namespace {

constexpr Nanoseconds kEvery = std::chrono::milliseconds(10);
constexpr int kShare = 50;

}  // namespace

void TreeSampler::begin(Nanoseconds now, const MemoryUse& use) {
  if (first_rss_ != 0 || use.rss == 0) return;
  samples_.push_back({now, use.rss, use.mapped, Nanoseconds(0)});
  first_rss_ = peak_rss_ = use.rss;
}

void TreeSampler::sample(Nanoseconds now, const std::vector<std::int32_t>& pids,
                         std::int32_t root) {
  Sample sum;
  sum.time = now;
  for (const std::int32_t pid : pids) {
    const MemoryUse use = memory_use(pid);
    sum.rss += use.rss;
    sum.mapped += use.mapped;
    sum.cpu += cpu_time(pid);
  }
  next_ = now + std::max<Nanoseconds>(kEvery, kShare * (clock_.elapsed() - now));
  if (sum.rss == 0) return;
  // What those that have ended used stays used.
  sum.cpu = cpu_ = std::max(sum.cpu, cpu_);
  samples_.push_back(sum);
  peak_rss_ = std::max({peak_rss_, sum.rss, heaptally::peak_rss(root)});
  if (first_rss_ == 0) first_rss_ = sum.rss;
}

}  // namespace heaptally
