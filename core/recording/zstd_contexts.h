// ZstdContexts: what zstd packs and unpacks with; made once, for many blobs.
#pragma once

#include <zstd.h>

#include <memory>
#include <new>

namespace heaptally {

// Errors: std::bad_alloc from the constructor.
class ZstdContexts {
 public:
  ZstdContexts() {
    if (!compress_ || !decompress_) throw std::bad_alloc();
  }

  ZSTD_CCtx* compress() { return compress_.get(); }
  ZSTD_DCtx* decompress() { return decompress_.get(); }

 private:
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };

  std::unique_ptr<ZSTD_CCtx, Free> compress_{ZSTD_createCCtx()};
  std::unique_ptr<ZSTD_DCtx, Free> decompress_{ZSTD_createDCtx()};
};

}  // namespace heaptally
