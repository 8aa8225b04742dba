#include "core/recording/delta_codec.h"

#include <zstd.h>

#include <new>

#include "core/recording/varint.h"

namespace heaptally {

namespace {

// Level 1 is within a few per cent of level 3 on varint columns, at half the time.
constexpr int kLevel = 1;

// The most a delta takes: an id of 32 bits and six numbers of 64.
constexpr std::size_t kMostBytesPerDelta = 5 + 6 * 10;
constexpr std::size_t kMostLifetimeClass = 64;

// The columns after the id, in the order of the blob.
template <class Delta, class Visit>
void for_each_column(Delta& delta, std::size_t column, Visit visit) {
  switch (column) {
    case 0:
      return visit(delta.allocated.bytes);
    case 1:
      return visit(delta.allocated.count);
    case 2:
      return visit(delta.freed.bytes);
    case 3:
      return visit(delta.freed.count);
    case 4:
      return visit(delta.temporary.bytes);
    default:
      return visit(delta.temporary.count);
  }
}
constexpr std::size_t kColumns = 6;

bool read_ids(const std::uint8_t*& at, const std::uint8_t* end, std::size_t tallies,
              std::vector<TallyDelta>& out) {
  std::uint64_t next = 0;
  for (TallyDelta& delta : out) {
    std::uint64_t gap = 0;
    if (!read_varint(at, end, gap)) return false;
    if (gap >= tallies || next + gap >= tallies) return false;
    delta.id = static_cast<TallyId>(next + gap);
    next += gap + 1;
  }
  return true;
}

}  // namespace

struct DeltaCodec::Contexts {
  ZSTD_CCtx* compress = ZSTD_createCCtx();
  ZSTD_DCtx* decompress = ZSTD_createDCtx();

  Contexts() {
    if (compress == nullptr || decompress == nullptr) throw std::bad_alloc();
  }
  Contexts(const Contexts&) = delete;
  Contexts& operator=(const Contexts&) = delete;
  ~Contexts() {
    ZSTD_freeCCtx(compress);
    ZSTD_freeDCtx(decompress);
  }
};

DeltaCodec::DeltaCodec() : contexts_(std::make_unique<Contexts>()) {}
DeltaCodec::~DeltaCodec() = default;

BlobView DeltaCodec::encode(std::span<const TallyDelta> deltas) {
  plain_.clear();
  append_varint(plain_, deltas.size());
  std::uint64_t next = 0;
  for (const TallyDelta& delta : deltas) {
    append_varint(plain_, index_of(delta.id) - next);
    next = index_of(delta.id) + 1;
  }
  for (std::size_t column = 0; column < kColumns; ++column) {
    for (const TallyDelta& delta : deltas) {
      for_each_column(delta, column, [&](std::uint64_t value) { append_varint(plain_, value); });
    }
  }
  packed_.resize(ZSTD_compressBound(plain_.size()));
  const std::size_t size = ZSTD_compressCCtx(contexts_->compress, packed_.data(), packed_.size(),
                                             plain_.data(), plain_.size(), kLevel);
  if (ZSTD_isError(size)) throw std::bad_alloc();  // the only way it can fail here
  return {packed_.data(), size};
}

bool DeltaCodec::decode(BlobView blob, std::size_t tallies, std::vector<TallyDelta>& out) {
  out.clear();
  const unsigned long long size = ZSTD_getFrameContentSize(blob.data(), blob.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR) return false;
  if (size > 10 + tallies * kMostBytesPerDelta) return false;
  plain_.resize(size);
  if (ZSTD_decompressDCtx(contexts_->decompress, plain_.data(), plain_.size(), blob.data(),
                          blob.size()) != size) {
    return false;
  }
  const std::uint8_t* at = plain_.data();
  const std::uint8_t* const end = at + plain_.size();
  std::uint64_t count = 0;
  if (!read_varint(at, end, count) || count > tallies || count > size) return false;
  out.resize(count);
  if (!read_ids(at, end, tallies, out)) return false;
  for (std::size_t column = 0; column < kColumns; ++column) {
    for (TallyDelta& delta : out) {
      bool read = false;
      for_each_column(delta, column,
                      [&](std::uint64_t& value) { read = read_varint(at, end, value); });
      if (!read) return false;
    }
  }
  return at == end;
}

void encode_lifetimes(const Histogram& lifetimes, std::vector<std::uint8_t>& out) {
  out.clear();
  for (const auto& [lifetime_class, count] : lifetimes) {
    out.push_back(lifetime_class);
    append_varint(out, count);
  }
}

bool decode_lifetimes(BlobView blob, Histogram& out) {
  out.clear();
  const std::uint8_t* at = blob.data();
  const std::uint8_t* const end = at + blob.size();
  while (at != end) {
    const std::uint8_t lifetime_class = *at++;
    if (lifetime_class > kMostLifetimeClass) return false;
    if (!out.empty() && lifetime_class <= out.back().first) return false;
    std::uint64_t count = 0;
    if (!read_varint(at, end, count)) return false;
    out.emplace_back(lifetime_class, count);
  }
  return true;
}

}  // namespace heaptally
