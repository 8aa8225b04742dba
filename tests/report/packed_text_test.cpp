#include "core/report/packed_text.h"

#include <zlib.h>

#include <gtest/gtest.h>

namespace heaptally {
namespace {

std::string unpacked(std::string bytes, std::size_t most) {
  z_stream stream = {};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string text(most, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  EXPECT_EQ(stream.avail_in, 0u);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

TEST(PackedText, Base64AsInTheStandard) {
  // RFC 4648, section 10.
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("\xFF\xFE\xFD"), "//79");
}

TEST(PackedText, GzipIsReadByZlib) {
  std::string random;
  std::uint32_t state = 1;
  for (int i = 0; i < 100'000; ++i)
    random += static_cast<char>((state = state * 48271 % 0x7FFFFFFF));
  for (const std::string& text :
       {std::string(), std::string("a"), std::string(1 << 20, 'x'), random}) {
    const std::string packed = gzip(text);
    EXPECT_EQ(packed.substr(0, 2), "\x1F\x8B");
    EXPECT_EQ(unpacked(packed, text.size() + 1), text);
  }
  EXPECT_LT(gzip(std::string(1 << 20, 'x')).size(), 2'000u);
}

}  // namespace
}  // namespace heaptally
