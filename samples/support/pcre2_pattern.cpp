#include "samples/support/pcre2_pattern.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <new>

namespace samples {
namespace {

// Before each block, for PCRE2 does not say how large a block is that it frees.
struct alignas(std::max_align_t) BlockHeader {
  std::size_t size;  // with the header
};

void* allocate(std::size_t size, void* tally) {
  size += sizeof(BlockHeader);
  void* const block = std::malloc(size);  // allocates
  if (block == nullptr) return nullptr;
  static_cast<OwnTally*>(tally)->allocated(size);
  return new (block) BlockHeader{size} + 1;
}

void release(void* memory, void* tally) {
  if (memory == nullptr) return;
  BlockHeader* const block = static_cast<BlockHeader*>(memory) - 1;
  static_cast<OwnTally*>(tally)->freed(block->size);
  std::free(block);
}

const unsigned char* bytes(const char* text) {
  return reinterpret_cast<const unsigned char*>(text);
}

[[noreturn]] void give_up(int error) {
  std::fprintf(stderr, "PCRE2: %s\n", pcre2_message(error).c_str());
  std::exit(EXIT_FAILURE);
}

template <class T>
T* required(T* made, int error = PCRE2_ERROR_NOMEMORY) {
  if (made == nullptr) give_up(error);
  return made;
}

}  // namespace

Pcre2Pattern::Pcre2Pattern(const char* pattern, OwnTally& tally)
    : memory_(required(pcre2_general_context_create(allocate, release, &tally))),
      compiling_(required(pcre2_compile_context_create(memory_))) {
  int error = 0;
  std::size_t where = 0;
  code_ = pcre2_compile(bytes(pattern), PCRE2_ZERO_TERMINATED, 0, &error, &where, compiling_);
  required(code_, error);
  limits_ = required(pcre2_match_context_create(memory_));
  match_ = required(pcre2_match_data_create_from_pattern(code_, memory_));
}

Pcre2Pattern::~Pcre2Pattern() {
  pcre2_match_data_free(match_);
  pcre2_match_context_free(limits_);
  pcre2_code_free(code_);
  pcre2_compile_context_free(compiling_);
  pcre2_general_context_free(memory_);
}

void Pcre2Pattern::set_limit(std::uint32_t limit) { pcre2_set_match_limit(limits_, limit); }

int Pcre2Pattern::match(std::string_view text, std::size_t from) {
  return pcre2_match(code_, bytes(text.data()), text.size(), from, 0, match_, limits_);
}

bool Pcre2Pattern::find(std::string_view text, std::size_t from) {
  const int found = match(text, from);
  if (found < 0 && found != PCRE2_ERROR_NOMATCH) give_up(found);
  return found > 0;
}

std::string_view Pcre2Pattern::group(std::string_view text, std::size_t number) const {
  const std::size_t* const ends = pcre2_get_ovector_pointer(match_) + 2 * number;
  return text.substr(ends[0], ends[1] - ends[0]);
}

std::size_t Pcre2Pattern::end() const { return pcre2_get_ovector_pointer(match_)[1]; }

std::string pcre2_message(int error) {
  std::array<unsigned char, 256> text{};
  pcre2_get_error_message(error, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

}  // namespace samples
