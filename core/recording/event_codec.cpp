#include "core/recording/event_codec.h"

#include <zstd.h>

#include <bit>
#include <new>

#include "core/recording/event_model.h"
#include "core/recording/varint.h"
#include "core/recording/zstd_contexts.h"

namespace heaptally {

namespace {

constexpr int kEventLevel = 1;
constexpr std::size_t kKindsInByte = 4;
constexpr std::size_t kMostVarint = 10;
constexpr std::uint64_t kAddressLimit = std::uint64_t{1} << 48;

}  // namespace

// Reads the varints of a column.
class EventCodec::Cursor {
 public:
  explicit Cursor(const std::vector<std::uint8_t>& column)
      : at_(column.data()), end_(column.data() + column.size()) {}
  bool read(std::uint64_t& value) {
    // Most are one byte.
    if (at_ != end_ && *at_ < 0x80) [[likely]] {
      value = *at_++;
      return true;
    }
    return read_varint(at_, end_, value);
  }
  bool is_at_end() const { return at_ == end_; }

 private:
  const std::uint8_t* at_;
  const std::uint8_t* end_;
};

EventCodec::EventCodec() : contexts_(std::make_unique<ZstdContexts>()) {}
EventCodec::~EventCodec() = default;

void EventCodec::add_block(EventModel& model, const LogBlock& block) {
  append_varint(columns_[kTallies], model.encode_tally(block.tally));
  append_varint(columns_[kSizes], model.encode_size(block.tally, block.size));
  std::uint64_t far = 0;
  const std::uint64_t code = model.encode_address(block.size, block.address, far);
  append_varint(columns_[kAddresses], code);
  if (code == EventModel::kFar) append_varint(columns_[kFar], far);
  model.allocated(block, code);
}

BlobView EventCodec::encode(const LogChunk& chunk) {
  for (auto& column : columns_) column.clear();
  columns_[kKinds].resize((chunk.events.size() + kKindsInByte - 1) / kKindsInByte);
  EventModel model(chunk.extent.first_block);
  Nanoseconds last = chunk.extent.start;
  for (std::size_t i = 0; i < chunk.events.size(); ++i) {
    const LogEvent& event = chunk.events[i];
    const auto kind = static_cast<unsigned>(event.kind);
    columns_[kKinds][i / kKindsInByte] |= static_cast<std::uint8_t>(kind << i % kKindsInByte * 2);
    append_varint(columns_[kTimes], static_cast<std::uint64_t>((event.time - last).count()));
    last = event.time;
    // Below 0 it is of an earlier chunk; then this wraps.
    const std::uint64_t here = event.block - chunk.extent.first_block;
    const LogBlock* known = here < chunk.blocks.size() ? &chunk.blocks[here] : nullptr;
    if (event.kind == LogKind::kAllocated) {
      add_block(model, *known);
    } else if (event.kind == LogKind::kEnded) {
      append_varint(columns_[kFrees], model.encode_end(event.block));
      model.ended(event.block);
    } else {
      append_varint(columns_[kFrees], model.encode_free(event.block));
      model.freed(event.block, known);
    }
  }
  packed_.clear();
  for (const auto& column : columns_) {
    const std::size_t before = packed_.size();
    packed_.resize(before + ZSTD_compressBound(column.size()));
    const std::size_t size =
        ZSTD_compressCCtx(contexts_->compress(), packed_.data() + before, packed_.size() - before,
                          column.data(), column.size(), kEventLevel);
    if (ZSTD_isError(size)) throw std::bad_alloc();  // the only way it can fail here
    packed_.resize(before + size);
  }
  return packed_;
}

// Each frame into its column. No column can need more than a varint for each event.
bool EventCodec::unpack(BlobView blob, const LogExtent& extent) {
  if (extent.events == 0 || extent.events > kMostEventsInChunk || extent.blocks > extent.events) {
    return false;
  }
  for (auto& column : columns_) {
    const unsigned long long size = ZSTD_getFrameContentSize(blob.data(), blob.size());
    if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR) return false;
    if (size > extent.events * kMostVarint) return false;
    const std::size_t packed = ZSTD_findFrameCompressedSize(blob.data(), blob.size());
    if (ZSTD_isError(packed)) return false;
    column.resize(size);
    if (ZSTD_decompressDCtx(contexts_->decompress(), column.data(), column.size(), blob.data(),
                            packed) != size) {
      return false;
    }
    blob = blob.subspan(packed);
  }
  return blob.empty() &&
         columns_[kKinds].size() == (extent.events + kKindsInByte - 1) / kKindsInByte;
}

bool EventCodec::decode(BlobView blob, const LogExtent& extent, std::span<const TallyKey> tallies,
                        LogChunk& out) {
  out.extent = extent;
  out.events.clear();
  out.blocks.clear();
  if (!unpack(blob, extent) || !decode_events(extent, tallies, out)) return false;
  return out.blocks.size() == extent.blocks && out.events.back().time == extent.end;
}

bool EventCodec::decode_events(const LogExtent& extent, std::span<const TallyKey> tallies,
                               LogChunk& out) {
  EventModel model(extent.first_block);
  Cursor times(columns_[kTimes]), ids(columns_[kTallies]), sizes(columns_[kSizes]);
  Cursor addresses(columns_[kAddresses]), fars(columns_[kFar]), frees(columns_[kFrees]);
  const auto read_block = [&](LogBlock& block) {
    std::uint64_t id = 0, size = 0, code = 0, far = 0;
    if (!ids.read(id) || !sizes.read(size) || !addresses.read(code)) return false;
    if (code > EventModel::kFar || (code == EventModel::kFar && !fars.read(far))) return false;
    if (!model.decode_tally(id, tallies.size(), block.tally)) return false;
    if (!model.decode_size(block.tally, size, block.size)) return false;
    if (static_cast<std::size_t>(std::bit_width(block.size)) !=
            static_cast<std::size_t>(tallies[index_of(block.tally)].size_class) ||
        block.size >= kAddressLimit) {
      return false;
    }
    if (!model.decode_address(block.size, code, far, block.address)) return false;
    if (block.address >= kAddressLimit) return false;
    model.allocated(block, code);
    return true;
  };
  Nanoseconds time = extent.start;
  out.events.reserve(extent.events);
  out.blocks.reserve(extent.blocks);
  for (std::size_t i = 0; i < extent.events; ++i) {
    std::uint64_t step = 0, code = 0;
    if (!times.read(step) || step > static_cast<std::uint64_t>((extent.end - time).count())) {
      return false;
    }
    time += Nanoseconds(step);
    const auto kind =
        static_cast<LogKind>(columns_[kKinds][i / kKindsInByte] >> i % kKindsInByte * 2 & 3);
    LogEvent event = {time, extent.first_block + out.blocks.size(), kind};
    if (kind == LogKind::kAllocated) {
      LogBlock block{.birth = time};
      if (out.blocks.size() == extent.blocks || !read_block(block)) return false;
      out.blocks.push_back(block);
    } else if (kind == LogKind::kEnded) {
      if (!frees.read(code) || !model.decode_end(code, event.block)) return false;
      model.ended(event.block);
    } else {
      if (!frees.read(code) || !model.decode_free(code, event.block)) return false;
      const std::uint64_t here = event.block - extent.first_block;
      model.freed(event.block, here < out.blocks.size() ? &out.blocks[here] : nullptr);
    }
    out.events.push_back(event);
  }
  return times.is_at_end() && ids.is_at_end() && sizes.is_at_end() && addresses.is_at_end() &&
         fars.is_at_end() && frees.is_at_end();
}

}  // namespace heaptally
