#include "core/profile/events.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <tuple>
#include <utility>

#include "core/base/error.h"
#include "core/profile/event_sums.h"
#include "core/profile/kept.h"
#include "core/profile/threshold.h"

namespace heaptally {
namespace {

constexpr std::array<std::string_view, 3> kEventOrders = {"time", "size", "lifetime"};

// What comes first in an order; of equals the earlier one.
bool is_before(EventOrder order, const LoggedAllocation& a, const LoggedAllocation& b) {
  const auto key = [order](const LoggedAllocation& each) {
    const bool stays = each.fate == Fate::kNeverFreed;
    return order == EventOrder::kSize
               ? std::tuple(false, each.block.size)
               : std::tuple(stays, static_cast<std::uint64_t>(each.lifetime.count()));
  };
  if (order == EventOrder::kTime || key(a) == key(b)) return a.number < b.number;
  return key(a) > key(b);
}

// Keeps the first ones of an order.
class FirstOnes {
 public:
  FirstOnes(EventOrder order, std::size_t limit) : order_(order), limit_(limit) {}

  void add(const LoggedAllocation& allocation) {
    found_.push_back(allocation);
    if (limit_ != 0 && found_.size() > kSlack && found_.size() / 2 > limit_) cut();
  }
  const std::vector<LoggedAllocation>& sorted() {
    if (limit_ != 0 && found_.size() > limit_) cut();
    std::sort(found_.begin(), found_.end(),
              [this](const auto& a, const auto& b) { return is_before(order_, a, b); });
    return found_;
  }

 private:
  static constexpr std::size_t kSlack = 1024;

  void cut() {
    const auto end = found_.begin() + static_cast<std::ptrdiff_t>(limit_);
    std::nth_element(found_.begin(), end, found_.end(),
                     [this](const auto& a, const auto& b) { return is_before(order_, a, b); });
    found_.erase(end, found_.end());
  }

  EventOrder order_;
  std::size_t limit_;
  std::vector<LoggedAllocation> found_;
};

}  // namespace

EventOrder parse_event_order(std::string_view text) {
  const auto found = std::find(kEventOrders.begin(), kEventOrders.end(), text);
  if (found == kEventOrders.end()) {
    throw Error("--sort " + std::string(text), "is no order", "choose time, size or lifetime",
                ExitCode::kUsage);
  }
  return static_cast<EventOrder>(found - kEventOrders.begin());
}

std::string_view name_of(EventOrder order) { return kEventOrders[static_cast<std::size_t>(order)]; }

std::uint64_t parse_size(std::string_view text, std::string_view option) {
  if (text.ends_with('%')) {
    throw Error(std::string(option) + " " + std::string(text), "is no size",
                "give one such as 4096 or 100KiB", ExitCode::kUsage);
  }
  return parse_threshold(text, false, option).amount;
}

std::uint64_t parse_address(std::string_view text, std::string_view option) {
  const bool is_hex = text.starts_with("0x") || text.starts_with("0X");
  const std::string_view digits = text.substr(is_hex ? 2 : 0);
  std::uint64_t address = 0;
  const char* const stop = digits.data() + digits.size();
  const auto [end, problem] = std::from_chars(digits.data(), stop, address, is_hex ? 16 : 10);
  if (problem != std::errc() || end != stop) {
    throw Error(std::string(option) + " " + std::string(text), "is no address",
                "give one such as 0x55d0c0a12340", ExitCode::kUsage);
  }
  return address;
}

TraceId parse_trace(std::string_view text, std::string_view option) {
  std::uint32_t id = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (problem != std::errc() || end != text.data() + text.size()) {
    throw Error(std::string(option) + " " + std::string(text), "is no id of a trace",
                "heaptally events --format json tells them", ExitCode::kUsage);
  }
  return static_cast<TraceId>(id);
}

Events::Events(const Profile& profile, EventSource source, EventQuery query)
    : profile_(profile), source_(std::move(source)), query_(std::move(query)) {
  if (!source_) {
    throw Error("events", "the recording has no event log", "record with heaptally record --log");
  }
  kept_ = kept_tallies(profile, query_.query);
  resolve_moments();
  find_ends();
  scan([this](const LoggedAllocation& allocation) {
    matched_ += {allocation.block.size, 1};
    return true;
  });
}

void Events::resolve_moments() {
  const RecordingData& data = profile_.data();
  const auto time_of = [&](const Moment& asked, Nanoseconds end) {
    const Moment moment = resolve(data, asked);
    if (moment.kind == Moment::Kind::kEnd) return end;
    return moment.kind == Moment::Kind::kPeak ? data.header.peak_time : moment.time;
  };
  if (query_.from) from_ = time_of(*query_.from, run_time(data));
  if (query_.to) to_ = time_of(*query_.to, Nanoseconds::max());
  if (to_ < from_) {
    throw Error(query_.from->text, "is after " + query_.to->text, "give the earlier moment first",
                ExitCode::kUsage);
  }
}

// One pass over the log: what became of each block, and which are live at a moment.
void Events::find_ends() {
  const RecordingData& data = profile_.data();
  EventRange until;
  bool at_end = false;
  if (query_.live_at) {
    const Snapshot snapshot = take_snapshot(
        data, [](const BucketVisitor&) {}, Metric::kLive, *query_.live_at);
    at_end = snapshot.asked.kind == Moment::Kind::kEnd;
    until.to = at_end ? Nanoseconds::max() : snapshot.asked.time;
    const bool at_peak = snapshot.asked.kind == Moment::Kind::kPeak;
    image_ = snapshot.image;
    if (at_peak && data.header.complete) until = until_peak(data, source_, snapshot.image);
    if (at_peak && !data.header.complete) until.to = snapshot.time;
  }
  source_.chunks(Nanoseconds(0), [&](const LogChunk& chunk) {
    const LogExtent& extent = chunk.extent;
    ends_.resize(extent.first_block + extent.blocks);
    if (query_.live_at) live_.resize(ends_.size());
    end_ = extent.end;
    for (std::size_t i = 0; i < chunk.events.size(); ++i) {
      const LogEvent& event = chunk.events[i];
      const bool is_before = event.time < until.to && extent.first_event + i < until.end;
      if (event.kind == LogKind::kAllocated) {
        whole_ += {chunk.blocks[event.block - extent.first_block].size, 1};
        if (is_before && query_.live_at) live_[event.block] = true;
        continue;
      }
      std::uint64_t& end = ends_[event.block];
      if (end != 0) {
        throw Error("the event log", "is damaged: a block ends twice", "record again");
      }
      end = static_cast<std::uint64_t>(event.time.count()) << 2 | static_cast<unsigned>(event.kind);
      // At the end of the run, that of each process.
      if (is_before && query_.live_at && !(at_end && event.kind == LogKind::kEnded)) {
        live_[event.block] = false;
      }
    }
    return true;
  });
}

LoggedAllocation Events::allocation(std::uint64_t number, const LogBlock& block) const {
  const std::uint64_t end = ends_[number];
  LoggedAllocation result = {.number = number, .block = block};
  const auto kind = static_cast<LogKind>(end & 3);
  if (kind == LogKind::kFreed) result.fate = Fate::kFreed;
  if (kind == LogKind::kFreedTemporary) result.fate = Fate::kFreedTemporary;
  result.lifetime = (end == 0 ? end_ : Nanoseconds(end >> 2)) - block.birth;
  return result;
}

bool Events::matches(const LoggedAllocation& allocation) const {
  const LogBlock& block = allocation.block;
  if (!kept_[index_of(block.tally)] || block.birth < from_ || block.birth >= to_) return false;
  if (block.size < query_.min_size || block.size > query_.max_size) return false;
  const bool stays = allocation.fate == Fate::kNeverFreed;
  if (allocation.lifetime < query_.min_lifetime) return false;
  if (query_.max_lifetime && (stays || allocation.lifetime > *query_.max_lifetime)) return false;
  if (query_.leaked && !stays) return false;
  if (query_.live_at && !live_[allocation.number]) return false;
  const RecordingData& data = profile_.data();
  const TallyKey& tally = data.tallies[index_of(block.tally)];
  if (image_ && data.tasks[index_of(tally.task)].process != *image_) return false;
  if (query_.address && *query_.address - block.address >= std::max<std::uint64_t>(block.size, 1)) {
    return false;
  }
  return !query_.trace || tally.trace == *query_.trace;
}

void Events::scan(const AllocationVisitor& visit) const {
  source_.chunks(from_, [&](const LogChunk& chunk) {
    if (chunk.extent.start >= to_) return false;
    for (std::size_t i = 0; i < chunk.blocks.size(); ++i) {
      const LoggedAllocation found = allocation(chunk.extent.first_block + i, chunk.blocks[i]);
      if (matches(found) && !visit(found)) return false;
    }
    return true;
  });
}

void Events::for_each(const AllocationVisitor& visit) const {
  const std::size_t limit = query_.query.limit;
  std::size_t given = 0;
  if (query_.order == EventOrder::kTime) {
    return scan(
        [&](const LoggedAllocation& allocation) { return visit(allocation) && ++given != limit; });
  }
  FirstOnes first(query_.order, limit);
  scan([&](const LoggedAllocation& allocation) {
    first.add(allocation);
    return true;
  });
  for (const LoggedAllocation& allocation : first.sorted()) {
    if (!visit(allocation)) return;
  }
}

}  // namespace heaptally
