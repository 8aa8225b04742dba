#include "viewer/app/picture.h"

#include <ostream>

#include <stb/stb_image_write.h>

#include "viewer/model/written_file.h"

namespace heaptally::view {

Picture::Picture(int width, int height)
    : width_(width),
      height_(height),
      pixels_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3) {}

void Picture::write(const std::filesystem::path& file) const {
  const auto append = [](void* context, void* bytes, int size) {
    static_cast<std::ostream*>(context)->write(static_cast<const char*>(bytes), size);
  };
  write_whole_file(file, [&](std::ostream& out) {
    stbi_flip_vertically_on_write(1);
    stbi_write_png_to_func(append, &out, width_, height_, 3, pixels_.data(), width_ * 3);
  });
}

}  // namespace heaptally::view
