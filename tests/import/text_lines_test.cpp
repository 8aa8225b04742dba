// Packed and plain texts, whole, cut short and damaged.
#include "core/import/text_lines.h"

#include <vector>

#include <zlib.h>
#include <zstd.h>

#include "tests/import/import_fixture.h"

namespace heaptally {
namespace {

std::string zstd_packed(std::string_view text) {
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3));
  return packed;
}

std::string gzip_packed(std::string_view text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  deflateEnd(&stream);
  return packed.substr(0, stream.total_out);
}

// Lines of many lengths, more than any buffer holds.
std::vector<std::string> many_lines() {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < 20'000; ++i) {
    lines.push_back(std::to_string(i) + std::string(i * 7 % 61, static_cast<char>('a' + i % 26)));
  }
  lines.emplace_back(300'000, 'x');
  lines.emplace_back("");
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text.append(line).append("\n");
  return text;
}

struct Read {
  std::vector<std::string> lines;
  bool is_whole = false;
};

Read read_all_of(const std::filesystem::path& path) {
  TextLines lines(path);
  Read read;
  while (lines.next()) {
    read.lines.emplace_back(lines.line());
    EXPECT_EQ(lines.number(), read.lines.size());
  }
  read.is_whole = lines.is_whole();
  return read;
}

using Lines = InFolder;

TEST_F(Lines, AreTheSameHoweverPacked) {
  const std::vector<std::string> expected = many_lines();
  const std::string text = joined(expected);
  for (const std::string& packed : {text, zstd_packed(text), gzip_packed(text)}) {
    const Read read = read_all_of(write(packed));
    EXPECT_EQ(read.lines, expected);
    EXPECT_TRUE(read.is_whole);
  }
}

TEST_F(Lines, GoOnInTheNextMember) {
  const std::string text = joined(many_lines());
  const std::string first = text.substr(0, 777), second = text.substr(777);
  EXPECT_EQ(read_all_of(write(gzip_packed(first) + gzip_packed(second))).lines, many_lines());
  EXPECT_EQ(read_all_of(write(zstd_packed(first) + zstd_packed(second))).lines, many_lines());
}

TEST_F(Lines, EndWhereTheFileWasCut) {
  const std::vector<std::string> all = many_lines();
  const std::string text = joined(all);
  for (const std::string& packed : {text, zstd_packed(text), gzip_packed(text)}) {
    for (const std::size_t size : {packed.size() / 2 + 1, packed.size() - 3}) {
      const Read read = read_all_of(write(packed.substr(0, size)));
      EXPECT_FALSE(read.is_whole) << size << " of " << packed.size();
      // The end of a gzip member is a checksum.
      ASSERT_LE(read.lines.size(), all.size());
      EXPECT_TRUE(std::equal(read.lines.begin(), read.lines.end(), all.begin()));
    }
  }
}

TEST_F(Lines, NameTheOneWhereTheFileIsDamaged) {
  std::string noise;
  for (std::uint64_t i = 1; noise.size() < 400'000;
       i = i * 6364136223846793005 + 1442695040888963407) {
    noise += std::to_string(i >> 20) + "\n";
  }
  for (std::string packed : {zstd_packed(noise), gzip_packed(noise)}) {
    for (std::size_t i = 0; i < 64; ++i) packed[packed.size() / 2 + i] ^= 0x55;
    const std::filesystem::path path = write(packed);
    const std::string error = error_of([&] { read_all_of(path); });
    EXPECT_TRUE(error.starts_with(path.string() + ": line ")) << error;
    EXPECT_NE(error.find("damaged"), std::string::npos) << error;
  }
}

TEST_F(Lines, OfNothing) {
  const Read read = read_all_of(write(""));
  EXPECT_TRUE(read.lines.empty());
  EXPECT_TRUE(read.is_whole);
  EXPECT_TRUE(read_all_of(write("no newline")).lines.empty());
  EXPECT_FALSE(read_all_of(write("no newline")).is_whole);
}

TEST_F(Lines, AreNotEndless) {
  const std::filesystem::path path = write(zstd_packed(std::string(40 << 20, 'x')));
  EXPECT_NE(error_of([&] { read_all_of(path); }).find("line 1 is longer than 16 MiB"),
            std::string::npos);
}

TEST_F(Lines, OfWhatIsNoFile) {
  EXPECT_NE(error_of([&] { TextLines lines(folder()); }).find("is a directory"), std::string::npos);
  EXPECT_NE(error_of([&] { TextLines lines(folder() / "nothing"); }).find("No such file"),
            std::string::npos);
}

}  // namespace
}  // namespace heaptally
