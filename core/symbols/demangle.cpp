#include "core/symbols/demangle.h"

// libiberty declares basename() otherwise than <cstring> does, unless told that it is there.
#define HAVE_DECL_BASENAME 1
#include <libiberty/demangle.h>

#include <csetjmp>
#include <cstring>

namespace heaptally {
namespace {

// Substitutions let a short hostile name expand exponentially; real names, even of
// expression templates, stay far below this.
constexpr std::size_t kMaxLength = 128 * 1024;

struct Output {
  std::string text;
  std::jmp_buf too_long;
};

// The demangler cannot be told to stop, so the way out of it is a jump. It holds
// nothing but stack memory when it calls back.
void append(const char* text, std::size_t length, void* opaque) {
  auto* output = static_cast<Output*>(opaque);
  if (output->text.size() + length > kMaxLength) std::longjmp(output->too_long, 1);
  output->text.append(text, length);
}

using Demangler = int (*)(const char*, int, demangle_callbackref, void*);

bool demangle_with(Demangler demangler, const char* name, Output& output) {
  output.text.clear();
  if (setjmp(output.too_long) != 0) return false;
  return demangler(name, DMGL_PARAMS | DMGL_ANSI, append, &output) != 0 && !output.text.empty();
}

}  // namespace

std::string demangle(const char* symbol) {
  std::string name(symbol, std::strcspn(symbol, "@"));
  if (name.size() < 3 || name[0] != '_' || name.size() > kMaxLength) return name;
  Output output;
  // Rust first: its legacy names are well-formed C++ ones, with the hash as a namespace.
  if (demangle_with(rust_demangle_callback, name.c_str(), output)) return output.text;
  if (name[1] == 'Z' && demangle_with(cplus_demangle_v3_callback, name.c_str(), output)) {
    return output.text;
  }
  return name;
}

}  // namespace heaptally
