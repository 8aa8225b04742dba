// Picture: pixels, to be written as PNG.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace heaptally::view {

// Three bytes a pixel, red first; the lowest row of pixels comes first, as OpenGL has it.
class Picture {
 public:
  Picture(int width, int height);

  std::uint8_t* pixels() { return pixels_.data(); }
  // Errors: Error that names the file and the reason.
  void write(const std::filesystem::path& file) const;

 private:
  int width_, height_;
  std::vector<std::uint8_t> pixels_;
};

}  // namespace heaptally::view
