#include "core/report/packed_text.h"

#include <zlib.h>

#include <cstdint>
#include <stdexcept>

namespace heaptally {

std::string gzip(std::string_view bytes) {
  constexpr int kGzipWindow = 15 + 16;
  // Of 9: more takes three times as long, for a thirtieth of the size.
  constexpr int kEffort = 5;
  z_stream stream = {};
  if (deflateInit2(&stream, kEffort, Z_DEFLATED, kGzipWindow, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  // zlib does not write to what it reads.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int status = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::length_error("a page's data is too long for gzip");
  return packed;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    std::uint32_t three = static_cast<std::uint8_t>(bytes[i]) << 16;
    if (left > 1) three |= static_cast<std::uint8_t>(bytes[i + 1]) << 8;
    if (left > 2) three |= static_cast<std::uint8_t>(bytes[i + 2]);
    text += kDigits[three >> 18];
    text += kDigits[three >> 12 & 63];
    text += left > 1 ? kDigits[three >> 6 & 63] : '=';
    text += left > 2 ? kDigits[three & 63] : '=';
  }
  return text;
}

}  // namespace heaptally
