#include "core/recording/delta_codec.h"

#include <zstd.h>

#include <array>
#include <new>
#include <tuple>
#include <type_traits>
#include <utility>

#include "core/recording/varint.h"
#include "core/recording/zstd_contexts.h"

namespace heaptally {

namespace {

// Level 1 is within a few per cent of level 3 on varint columns, at half the time.
constexpr int kDeltaLevel = 1;

template <class Row>
constexpr std::size_t kColumns = std::is_same_v<Row, TallyAmount> ? 2 : 6;
// The most a row takes: an id of 32 bits and as many numbers of 64 as there are columns.
template <class Row>
constexpr std::size_t kMostBytesPerRow = 5 + kColumns<Row> * 10;
constexpr std::size_t kMostLifetimeClass = 64;

// The values after the id, in the order of the blob's columns.
template <class Row>
auto columns_of(Row& row) {
  if constexpr (requires { row.amount; }) {
    return std::tie(row.amount.bytes, row.amount.count);
  } else {
    return std::tie(row.allocated.bytes, row.allocated.count, row.freed.bytes, row.freed.count,
                    row.temporary.bytes, row.temporary.count);
  }
}

// Where each of the columns begins, the ids first. False if they do not end where the blob ends.
template <std::size_t N>
bool find_columns(const std::uint8_t* at, const std::uint8_t* end, std::size_t rows,
                  std::array<const std::uint8_t*, N>& starts) {
  for (const std::uint8_t*& start : starts) {
    start = at;
    if (!skip_varints(at, end, rows)) return false;
  }
  return at == end;
}

}  // namespace

DeltaCodec::DeltaCodec() : contexts_(std::make_unique<ZstdContexts>()) {}
DeltaCodec::~DeltaCodec() = default;

template <class Row>
BlobView DeltaCodec::encode_rows(std::span<const Row> deltas) {
  plain_.clear();
  append_varint(plain_, deltas.size());
  std::uint64_t next = 0;
  for (const Row& delta : deltas) {
    append_varint(plain_, index_of(delta.id) - next);
    next = index_of(delta.id) + 1;
  }
  [&]<std::size_t... kColumn>(std::index_sequence<kColumn...>) {
    const auto append = [&](auto column) {
      for (const Row& delta : deltas) append_varint(plain_, std::get<column>(columns_of(delta)));
    };
    (append(std::integral_constant<std::size_t, kColumn>()), ...);
  }
  (std::make_index_sequence<kColumns<Row>>());
  packed_.resize(ZSTD_compressBound(plain_.size()));
  const std::size_t size = ZSTD_compressCCtx(contexts_->compress(), packed_.data(), packed_.size(),
                                             plain_.data(), plain_.size(), kDeltaLevel);
  if (ZSTD_isError(size)) throw std::bad_alloc();  // the only way it can fail here
  return {packed_.data(), size};
}

template <class Row>
bool DeltaCodec::decode_rows(BlobView blob, std::size_t tallies, std::vector<Row>& out) {
  out.clear();
  const unsigned long long size = ZSTD_getFrameContentSize(blob.data(), blob.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR) return false;
  if (size > 10 + tallies * kMostBytesPerRow<Row>) return false;
  plain_.resize(size + kVarintPadding);
  if (ZSTD_decompressDCtx(contexts_->decompress(), plain_.data(), size, blob.data(), blob.size()) !=
      size) {
    return false;
  }
  const std::uint8_t* at = plain_.data();
  const std::uint8_t* const end = at + size;
  std::uint64_t count = 0;
  if (!read_varint(at, end, count) || count > tallies || count > size) return false;
  out.resize(count);
  // Each varint tells where the next begins, so a column alone is read no faster than the processor
  // can do one after the other. All of them at once it reads side by side.
  std::array<const std::uint8_t*, 1 + kColumns<Row>> next_of;
  if (!find_columns(at, end, count, next_of)) return false;
  std::uint64_t next = 0;
  for (Row& row : out) {
    std::uint64_t gap = 0;
    bool read = read_padded_varint(next_of[0], end, gap);
    [&]<std::size_t... kColumn>(std::index_sequence<kColumn...>) {
      const auto columns = columns_of(row);
      ((read &= read_padded_varint(next_of[1 + kColumn], end, std::get<kColumn>(columns))), ...);
    }
    (std::make_index_sequence<kColumns<Row>>());
    if (!read || gap >= tallies || next + gap >= tallies) return false;
    row.id = static_cast<TallyId>(next + gap);
    next += gap + 1;
  }
  return true;
}

BlobView DeltaCodec::encode(std::span<const TallyDelta> deltas) { return encode_rows(deltas); }
BlobView DeltaCodec::encode(std::span<const TallyAmount> amounts) { return encode_rows(amounts); }
bool DeltaCodec::decode(BlobView blob, std::size_t tallies, std::vector<TallyDelta>& out) {
  return decode_rows(blob, tallies, out);
}
bool DeltaCodec::decode(BlobView blob, std::size_t tallies, std::vector<TallyAmount>& out) {
  return decode_rows(blob, tallies, out);
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
