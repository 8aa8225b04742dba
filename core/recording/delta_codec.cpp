#include "core/recording/delta_codec.h"

#include <zstd.h>

#include <new>
#include <type_traits>

#include "core/recording/varint.h"

namespace heaptally {

namespace {

// Level 1 is within a few per cent of level 3 on varint columns, at half the time.
constexpr int kLevel = 1;

template <class Row>
constexpr std::size_t kColumns = std::is_same_v<Row, TallyAmount> ? 2 : 6;
// The most a row takes: an id of 32 bits and as many numbers of 64 as there are columns.
template <class Row>
constexpr std::size_t kMostBytesPerRow = 5 + kColumns<Row> * 10;
constexpr std::size_t kMostLifetimeClass = 64;

// Calls visit with the column after the id, in the order of the blob.
template <class Row, class Visit>
requires requires(Row& row) { row.amount; }
void with_column(Row& row, std::size_t column, Visit visit) {
  if (column == 0) return visit(row.amount.bytes);
  visit(row.amount.count);
}
template <class Delta, class Visit>
requires requires(Delta& delta) { delta.allocated; }
void with_column(Delta& delta, std::size_t column, Visit visit) {
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

template <class Row>
bool read_ids(const std::uint8_t*& at, const std::uint8_t* end, std::size_t tallies,
              std::vector<Row>& out) {
  std::uint64_t next = 0;
  for (Row& delta : out) {
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

template <class Row>
BlobView DeltaCodec::encode_rows(std::span<const Row> deltas) {
  plain_.clear();
  append_varint(plain_, deltas.size());
  std::uint64_t next = 0;
  for (const Row& delta : deltas) {
    append_varint(plain_, index_of(delta.id) - next);
    next = index_of(delta.id) + 1;
  }
  for (std::size_t column = 0; column < kColumns<Row>; ++column) {
    for (const Row& delta : deltas) {
      with_column(delta, column, [&](std::uint64_t value) { append_varint(plain_, value); });
    }
  }
  packed_.resize(ZSTD_compressBound(plain_.size()));
  const std::size_t size = ZSTD_compressCCtx(contexts_->compress, packed_.data(), packed_.size(),
                                             plain_.data(), plain_.size(), kLevel);
  if (ZSTD_isError(size)) throw std::bad_alloc();  // the only way it can fail here
  return {packed_.data(), size};
}

template <class Row>
bool DeltaCodec::decode_rows(BlobView blob, std::size_t tallies, std::vector<Row>& out) {
  out.clear();
  const unsigned long long size = ZSTD_getFrameContentSize(blob.data(), blob.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR) return false;
  if (size > 10 + tallies * kMostBytesPerRow<Row>) return false;
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
  for (std::size_t column = 0; column < kColumns<Row>; ++column) {
    for (Row& delta : out) {
      bool read = false;
      with_column(delta, column, [&](std::uint64_t& value) { read = read_varint(at, end, value); });
      if (!read) return false;
    }
  }
  return at == end;
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
