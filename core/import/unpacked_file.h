// UnpackedFile: a file as it was before gzip or zstd packed it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace heaptally {

enum class Packing : std::uint8_t { kNone, kGzip, kZstd };

// How what a packed file holds came to its end.
enum class PackedEnd : std::uint8_t {
  kWhole,
  kCut,      // in the middle of what was packed
  kDamaged,  // what follows cannot be unpacked
};

// Purpose: reads a file from its beginning to its end, and unpacks it on the way. How it begins,
// not
//   its name, says whether it is packed. Several gzip members or zstd frames are one text.
// Memory: two small buffers and what the unpacker needs, whatever the file says.
// Errors: Error if it cannot be opened or read. That it is cut short or damaged is told by end().
class UnpackedFile {
 public:
  explicit UnpackedFile(const std::filesystem::path& path);
  ~UnpackedFile();
  UnpackedFile(const UnpackedFile&) = delete;
  UnpackedFile& operator=(const UnpackedFile&) = delete;

  // The next bytes, at most `size`; 0 at the end.
  std::size_t read(char* buffer, std::size_t size);

  Packing packing() const;
  // Once read() has returned 0.
  PackedEnd end() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heaptally
