#include "core/recording/delta_codec.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <limits>
#include <random>
#include <string>

#include "core/recording/varint.h"

namespace heaptally {

namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

bool same(const TallyDelta& a, const TallyDelta& b) {
  return a.id == b.id && a.allocated == b.allocated && a.freed == b.freed &&
         a.temporary == b.temporary;
}

std::vector<std::uint8_t> packed(const std::vector<std::uint8_t>& plain) {
  std::vector<std::uint8_t> frame(ZSTD_compressBound(plain.size()));
  frame.resize(ZSTD_compress(frame.data(), frame.size(), plain.data(), plain.size(), 1));
  return frame;
}

TEST(Varint, ReadsWhatWasAppended) {
  for (unsigned bit = 0; bit < 64; ++bit) {
    const std::uint64_t power = std::uint64_t{1} << bit;
    for (const std::uint64_t value : {power - 1, power, kMost >> bit}) {
      std::vector<std::uint8_t> bytes;
      append_varint(bytes, value);
      const std::uint8_t* at = bytes.data();
      std::uint64_t read = 0;
      ASSERT_TRUE(read_varint(at, bytes.data() + bytes.size(), read));
      EXPECT_EQ(read, value);
      EXPECT_EQ(at, bytes.data() + bytes.size());
      at = bytes.data();
      EXPECT_FALSE(read_varint(at, bytes.data() + bytes.size() - 1, read)) << "cut short";
    }
  }
}

TEST(Varint, RefusesMoreThan64Bits) {
  std::vector<std::uint8_t> bytes(9, 0xFF);
  bytes.push_back(0x02);
  const std::uint8_t* at = bytes.data();
  std::uint64_t value = 0;
  EXPECT_FALSE(read_varint(at, bytes.data() + bytes.size(), value));
}

TEST(DeltaCodec, RoundTrips) {
  std::mt19937_64 random(1);
  DeltaCodec codec;
  std::vector<TallyDelta> decoded;
  for (const std::size_t count : {0, 1, 2, 100, 5'000}) {
    std::vector<TallyDelta> deltas(count);
    std::uint32_t id = 0;
    for (TallyDelta& delta : deltas) {
      id += static_cast<std::uint32_t>(random() % 5);
      delta.id = static_cast<TallyId>(id++);
      delta.allocated = {random() >> (random() % 64), random() % 100};
      delta.freed = {random() % 2 * kMost, 0};
      delta.temporary = {0, random() % 2};
    }
    const BlobView blob = codec.encode(deltas);
    ASSERT_TRUE(codec.decode(blob, id, decoded));
    ASSERT_EQ(decoded.size(), count);
    for (std::size_t i = 0; i < count; ++i) EXPECT_TRUE(same(decoded[i], deltas[i])) << i;
    if (count > 0) {
      EXPECT_FALSE(codec.decode(codec.encode(deltas), id - 1, decoded));
    }
  }
}

TEST(DeltaCodec, AmountsAreTheFirstColumnsAlone) {
  const std::vector<TallyAmount> amounts = {{TallyId{1}, {300, 2}}, {TallyId{4}, {5, 1}}};
  DeltaCodec codec;
  const BlobView blob = codec.encode(amounts);
  const std::vector<std::uint8_t> copy(blob.begin(), blob.end());
  std::vector<TallyAmount> back;
  ASSERT_TRUE(codec.decode(copy, 5, back));
  ASSERT_EQ(back.size(), 2u);
  EXPECT_EQ(back[0].amount, amounts[0].amount);
  EXPECT_EQ(back[1].id, TallyId{4});
  EXPECT_EQ(back[1].amount, amounts[1].amount);
  EXPECT_FALSE(codec.decode(copy, 4, back));
  std::vector<TallyDelta> deltas;
  EXPECT_FALSE(codec.decode(copy, 5, deltas));
}

TEST(DeltaCodec, IsColumnsOfVarints) {
  const std::vector<std::uint8_t> plain = {2,    3, 1, 0xE8, 0x07, 64, 10, 1, 0xD0,
                                           0x03, 0, 5, 0,    100,  0,  1,  0};
  DeltaCodec codec;
  std::vector<TallyDelta> deltas;
  ASSERT_TRUE(codec.decode(packed(plain), 6, deltas));
  ASSERT_EQ(deltas.size(), 2u);
  EXPECT_TRUE(same(deltas[0], {TallyId{3}, {1000, 10}, {464, 5}, {100, 1}}));
  EXPECT_TRUE(same(deltas[1], {TallyId{5}, {64, 1}, {0, 0}, {0, 0}}));

  const BlobView blob = codec.encode(deltas);
  std::vector<std::uint8_t> unpacked(plain.size());
  ASSERT_EQ(ZSTD_decompress(unpacked.data(), unpacked.size(), blob.data(), blob.size()),
            plain.size());
  EXPECT_EQ(unpacked, plain);
}

TEST(DeltaCodec, RefusesWhatItWouldNotWrite) {
  DeltaCodec codec;
  std::vector<TallyDelta> out;
  EXPECT_FALSE(codec.decode({}, 10, out));
  EXPECT_FALSE(codec.decode(packed({}), 10, out)) << "no count";
  EXPECT_FALSE(codec.decode(packed({1, 0, 0, 0, 0, 0, 0}), 10, out)) << "a column short";
  EXPECT_TRUE(codec.decode(packed({1, 0, 0, 0, 0, 0, 0, 0}), 10, out));
  EXPECT_FALSE(codec.decode(packed({1, 0, 0, 0, 0, 0, 0, 0, 0}), 10, out)) << "bytes left over";
  EXPECT_FALSE(codec.decode(packed({1, 10, 0, 0, 0, 0, 0, 0}), 10, out)) << "id out of range";
  EXPECT_FALSE(codec.decode(packed({200, 1}), 10, out)) << "more deltas than tallies";
  std::vector<std::uint8_t> wrap = {2, 5};
  append_varint(wrap, kMost);  // 5 + 1 + 2^64 - 1 would be 5 again
  wrap.insert(wrap.end(), 12, 0);
  EXPECT_FALSE(codec.decode(packed(wrap), 10, out)) << "an id twice";
  EXPECT_FALSE(codec.decode(packed(std::vector<std::uint8_t>(100'000'000)), 10, out))
      << "a bomb: 100 MB of zeroes";
}

TEST(DeltaCodec, SurvivesAnyBytes) {
  DeltaCodec codec;
  std::vector<TallyDelta> deltas;
  for (std::uint32_t id = 0; id < 50; ++id) {
    deltas.push_back({static_cast<TallyId>(id * 3), {id * 100, id}, {id, 1}, {0, 0}});
  }
  const BlobView encoded = codec.encode(deltas);
  const std::vector<std::uint8_t> good(encoded.begin(), encoded.end());
  std::vector<TallyDelta> out;
  std::mt19937 random(2);
  for (std::size_t at = 0; at < good.size(); ++at) {
    (void)codec.decode(BlobView(good).first(at), 200, out);
    for (int variant = 0; variant < 16; ++variant) {
      std::vector<std::uint8_t> bad = good;
      bad[at] ^= static_cast<std::uint8_t>(1 + random() % 255);
      if (codec.decode(bad, 200, out)) {
        EXPECT_LE(out.size(), 200u);
      }
    }
  }
}

TEST(Lifetimes, RoundTripAndRefuse) {
  const Histogram lifetimes = {{0, 1}, {13, 1ULL << 50}, {64, 3}};
  std::vector<std::uint8_t> bytes;
  encode_lifetimes(lifetimes, bytes);
  Histogram out;
  ASSERT_TRUE(decode_lifetimes(bytes, out));
  EXPECT_EQ(out, lifetimes);
  EXPECT_FALSE(decode_lifetimes(std::vector<std::uint8_t>{65, 1}, out));
  EXPECT_FALSE(decode_lifetimes(std::vector<std::uint8_t>{3, 1, 3, 1}, out));
  EXPECT_FALSE(decode_lifetimes(std::vector<std::uint8_t>{3}, out));
  EXPECT_FALSE(decode_lifetimes(std::vector<std::uint8_t>{3, 0x80}, out));
}

}  // namespace

}  // namespace heaptally
