#include "core/import/unpacked_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <string_view>
#include <vector>

#include <zlib.h>
#include <zstd.h>

#include "core/base/error.h"

namespace heaptally {
namespace {

constexpr std::size_t kChunk = 1 << 16;

// The packed bytes that are read and not yet unpacked.
struct Input {
  const char* at = nullptr;
  std::size_t left = 0;
};

// What was unpacked in one step.
struct Step {
  std::size_t written = 0;
  bool is_damaged = false;
};

class Unpacker {
 public:
  virtual ~Unpacker() = default;
  // Takes from `input`, and writes at most `size` bytes.
  virtual Step unpack(Input& input, char* buffer, std::size_t size) = 0;
  // Whether the file may end here.
  virtual bool is_between() const = 0;
};

class Plain : public Unpacker {
 public:
  Step unpack(Input& input, char* buffer, std::size_t size) override {
    const std::size_t count = std::min(size, input.left);
    std::memcpy(buffer, input.at, count);
    input.at += count;
    input.left -= count;
    return {.written = count};
  }
  bool is_between() const override { return true; }
};

class Gzip : public Unpacker {
 public:
  Gzip() {
    constexpr int kGzipAlone = 16;
    if (inflateInit2(&stream_, MAX_WBITS + kGzipAlone) != Z_OK) throw std::bad_alloc();
  }
  ~Gzip() override { inflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  Step unpack(Input& input, char* buffer, std::size_t size) override {
    if (is_between_) {
      if (input.left == 0) return {};
      inflateReset(&stream_);
      is_between_ = false;
    }
    // zlib does not write through it.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.at));
    stream_.avail_in = static_cast<uInt>(input.left);
    stream_.next_out = reinterpret_cast<Bytef*>(buffer);
    stream_.avail_out = static_cast<uInt>(size);
    const int code = inflate(&stream_, Z_NO_FLUSH);
    input = {reinterpret_cast<const char*>(stream_.next_in), stream_.avail_in};
    if (code == Z_MEM_ERROR) throw std::bad_alloc();
    is_between_ = code == Z_STREAM_END;
    const bool is_sound = code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR;
    return {.written = size - stream_.avail_out, .is_damaged = !is_sound};
  }
  bool is_between() const override { return is_between_; }

 private:
  z_stream stream_{};
  bool is_between_ = false;
};

class Zstd : public Unpacker {
 public:
  Step unpack(Input& input, char* buffer, std::size_t size) override {
    if (stream_ == nullptr) throw std::bad_alloc();
    // Called again, it would begin another frame.
    if (is_between_ && input.left == 0) return {};
    ZSTD_inBuffer in = {input.at, input.left, 0};
    ZSTD_outBuffer out = {buffer, size, 0};
    const std::size_t code = ZSTD_decompressStream(stream_.get(), &out, &in);
    input.at += in.pos;
    input.left -= in.pos;
    if (ZSTD_isError(code) != 0) return {.written = out.pos, .is_damaged = true};
    is_between_ = code == 0;
    return {.written = out.pos};
  }
  bool is_between() const override { return is_between_; }

 private:
  struct Free {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };
  std::unique_ptr<ZSTD_DStream, Free> stream_{ZSTD_createDStream()};
  bool is_between_ = false;
};

Packing packing_of(std::string_view beginning) {
  constexpr std::string_view kGzip = "\x1F\x8B", kZstd = "\x28\xB5\x2F\xFD";
  if (beginning.starts_with(kGzip)) return Packing::kGzip;
  return beginning.starts_with(kZstd) ? Packing::kZstd : Packing::kNone;
}

std::unique_ptr<Unpacker> unpacker_of(Packing packing) {
  if (packing == Packing::kGzip) return std::make_unique<Gzip>();
  if (packing == Packing::kZstd) return std::make_unique<Zstd>();
  return std::make_unique<Plain>();
}

}  // namespace

struct UnpackedFile::Impl {
  explicit Impl(const std::filesystem::path& path) : subject(path.string()), chunk(kChunk) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
      throw Error(subject, "is a directory", "give a file that heaptrack made");
    }
    file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) throw Error(subject, std::strerror(errno), "check the path");
  }
  ~Impl() { close(file); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // Reads what fits behind what is left; false at the end of the file.
  bool read_more() {
    std::memmove(chunk.data(), input.at, input.left);
    ssize_t count = 0;
    do {
      count = ::read(file, chunk.data() + input.left, chunk.size() - input.left);
    } while (count < 0 && errno == EINTR);
    if (count < 0) throw Error(subject, "cannot be read: " + std::string(std::strerror(errno)));
    input = {chunk.data(), input.left + static_cast<std::size_t>(count)};
    return count != 0;
  }

  std::string subject;
  int file = -1;
  std::vector<char> chunk;
  Input input{chunk.data(), 0};
  Packing packing = Packing::kNone;
  std::unique_ptr<Unpacker> unpacker;
  bool is_over = false;
  PackedEnd end = PackedEnd::kWhole;
};

UnpackedFile::UnpackedFile(const std::filesystem::path& path)
    : impl_(std::make_unique<Impl>(path)) {
  // A pipe may give it in pieces.
  constexpr std::size_t kLongestBeginning = 4;
  while (impl_->input.left < kLongestBeginning && impl_->read_more()) {
  }
  impl_->packing = packing_of({impl_->input.at, impl_->input.left});
  impl_->unpacker = unpacker_of(impl_->packing);
}

UnpackedFile::~UnpackedFile() = default;

std::size_t UnpackedFile::read(char* buffer, std::size_t size) {
  Impl& impl = *impl_;
  bool has_more = true;
  while (!impl.is_over) {
    if (impl.input.left == 0 && has_more) has_more = impl.read_more();
    const Step step = impl.unpacker->unpack(impl.input, buffer, size);
    if (step.is_damaged) {
      impl.is_over = true;
      impl.end = PackedEnd::kDamaged;
    }
    if (step.written != 0) return step.written;
    // Nothing came out, and nothing is left to put in.
    if (!impl.is_over && impl.input.left == 0 && !has_more) {
      impl.is_over = true;
      impl.end = impl.unpacker->is_between() ? PackedEnd::kWhole : PackedEnd::kCut;
    }
  }
  return 0;
}

Packing UnpackedFile::packing() const { return impl_->packing; }

PackedEnd UnpackedFile::end() const { return impl_->end; }

}  // namespace heaptally
