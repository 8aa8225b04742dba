#include "viewer/app/picture.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include <stb/stb_image_write.h>

#include "core/base/error.h"

namespace heaptally::view {

Picture::Picture(int width, int height)
    : width_(width),
      height_(height),
      pixels_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3) {}

void Picture::write(const std::filesystem::path& file) const {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  const auto append = [](void* context, void* bytes, int size) {
    static_cast<std::ofstream*>(context)->write(static_cast<const char*>(bytes), size);
  };
  stbi_flip_vertically_on_write(1);
  stbi_write_png_to_func(append, &out, width_, height_, 3, pixels_.data(), width_ * 3);
  out.close();
  if (!out) {
    throw Error(file.string(), std::string("cannot be written: ") + std::strerror(errno),
                "choose another place");
  }
}

}  // namespace heaptally::view
