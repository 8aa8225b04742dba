// What an ELF file says of how it is to be loaded, read in small pieces: for the shim, which
// can neither allocate nor rely on much stack.
#pragma once

#include <elf.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>

namespace heaptally::wire {

#if defined(__x86_64__)
inline constexpr std::uint16_t kOwnMachine = EM_X86_64;
#else
#error "heaptally has no port to this architecture yet"
#endif

// A file's bytes, through a function that reads as pread does: how many it got, or less than 0.
struct FileBytes {
  long (*read)(const void* file, void* to, std::size_t bytes, std::uint64_t offset);
  const void* file;
};

// Purpose: answers about one file. Takes it for hostile: each loop is bounded, and what makes
// no sense is not there. Threads: one at a time. Allocates nothing.
class ElfFile {
 public:
  // False: not an ELF file.
  bool open(FileBytes bytes) {
    bytes_ = bytes;
    window_bytes_ = 0;
    unsigned char ident[EI_NIDENT];
    if (!read_all(ident, sizeof(ident), 0)) return false;
    if (std::memcmp(ident, ELFMAG, SELFMAG) != 0) return false;
    is_32_bit_ = ident[EI_CLASS] == ELFCLASS32;
    // The type and the machine lie at the same place in both classes.
    std::uint16_t kind[2];
    if (!read_all(kind, sizeof(kind), EI_NIDENT)) return true;
    const bool is_swapped = ident[EI_DATA] == ELFDATA2MSB;
    type_ = is_swapped ? __builtin_bswap16(kind[0]) : kind[0];
    machine_ = is_swapped ? __builtin_bswap16(kind[1]) : kind[1];
    is_of_own_kind_ =
        ident[EI_CLASS] == ELFCLASS64 && ident[EI_DATA] == ELFDATA2LSB && machine_ == kOwnMachine;
    if (is_of_own_kind_) read_segments();
    return true;
  }

  // 64-bit, for this processor. The questions below are for such files.
  bool is_for_this_machine() const { return is_of_own_kind_; }
  bool is_32_bit() const { return is_32_bit_; }
  std::uint16_t machine() const { return machine_; }  // EM_*, as it stands in the file
  bool is_program() const {
    return is_of_own_kind_ && has_segments_ && (type_ == ET_EXEC || type_ == ET_DYN);
  }

  bool has_loader() const { return loader_.p_filesz != 0; }
  // The path of its loader. False: there is none, or it does not fit.
  bool loader(char* to, std::size_t size) const {
    if (!has_loader() || loader_.p_filesz > size) return false;
    if (!read_all(to, loader_.p_filesz, loader_.p_offset)) return false;
    return to[loader_.p_filesz - 1] == '\0';
  }

  // Whether its name as a library begins so.
  bool is_named(const char* begin) const {
    return soname_ != 0 && string_is(soname_, begin, std::strlen(begin));
  }
  bool has_name() const { return soname_ != 0; }

  // Whether it needs a library whose name begins so.
  bool needs(const char* begin) const {
    bool found = false;
    for_each_entry([&](const Elf64_Dyn& entry) {
      found = entry.d_tag == DT_NEEDED && string_is(entry.d_un.d_val, begin, std::strlen(begin));
      return !found;
    });
    return found;
  }

  // Whether it defines a dynamic symbol.
  bool defines(const char* name) const {
    if (symbols_ == 0 || strings_ == 0) return false;
    return gnu_hash_ != 0 ? defines_by_gnu_hash(name) : hash_ != 0 && defines_by_hash(name);
  }

 private:
  static constexpr std::uint32_t kMaxSegments = 512;
  static constexpr std::uint64_t kMaxEntries = 4096;  // of the dynamic section
  static constexpr std::uint32_t kMaxChain = 4096;    // symbols of a hash bucket
  static constexpr std::size_t kMaxName = 64;         // of those that are asked for

  static constexpr std::size_t kWindow = 256;

  // Most of what is asked for lies side by side.
  bool read_all(void* to, std::size_t bytes, std::uint64_t offset) const {
    if (bytes > kWindow)
      return bytes_.read(bytes_.file, to, bytes, offset) == static_cast<long>(bytes);
    if (offset < window_at_ || offset - window_at_ > window_bytes_ ||
        window_bytes_ - (offset - window_at_) < bytes) {
      const long read = bytes_.read(bytes_.file, window_, kWindow, offset);
      window_at_ = offset;
      window_bytes_ = read < 0 ? 0 : static_cast<std::uint64_t>(read);
      if (window_bytes_ < bytes) return false;
    }
    std::memcpy(to, window_ + (offset - window_at_), bytes);
    return true;
  }

  void read_segments() {
    Elf64_Ehdr header;
    if (!read_all(&header, sizeof(header), 0)) return;
    if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum > kMaxSegments) return;
    segments_ = header.e_phoff;
    segment_count_ = header.e_phnum;
    for_each_segment([this](const Elf64_Phdr& segment) {
      has_segments_ |= segment.p_type == PT_LOAD;
      if (segment.p_type == PT_INTERP) loader_ = segment;
      if (segment.p_type == PT_DYNAMIC) dynamic_ = segment;
      return true;
    });
    for_each_entry([this](const Elf64_Dyn& entry) {
      const std::uint64_t value = entry.d_un.d_val;
      if (entry.d_tag == DT_STRTAB) strings_ = value;
      if (entry.d_tag == DT_SYMTAB) symbols_ = value;
      if (entry.d_tag == DT_GNU_HASH) gnu_hash_ = value;
      if (entry.d_tag == DT_HASH) hash_ = value;
      if (entry.d_tag == DT_SONAME) soname_ = value;
      return true;
    });
    for (std::uint64_t* place : {&strings_, &symbols_, &gnu_hash_, &hash_}) {
      if (*place != 0) *place = offset_of(*place);
    }
  }

  // Until `visit` returns false.
  template <class Visit>
  void for_each_segment(Visit visit) const {
    for (std::uint32_t i = 0; i < segment_count_; ++i) {
      Elf64_Phdr segment;
      if (!read_all(&segment, sizeof(segment), segments_ + i * sizeof(segment))) return;
      if (!visit(segment)) return;
    }
  }

  template <class Visit>
  void for_each_entry(Visit visit) const {
    for (std::uint64_t i = 0; i < kMaxEntries && i < dynamic_.p_filesz / sizeof(Elf64_Dyn); ++i) {
      Elf64_Dyn entry;
      if (!read_all(&entry, sizeof(entry), dynamic_.p_offset + i * sizeof(entry))) return;
      if (entry.d_tag == DT_NULL || !visit(entry)) return;
    }
  }

  // Where in the file an address as linked lies; 0: nowhere.
  std::uint64_t offset_of(std::uint64_t address) const {
    std::uint64_t offset = 0;
    for_each_segment([&](const Elf64_Phdr& segment) {
      if (segment.p_type != PT_LOAD || address < segment.p_vaddr ||
          address - segment.p_vaddr >= segment.p_filesz) {
        return true;
      }
      offset = segment.p_offset + (address - segment.p_vaddr);
      return false;
    });
    return offset;
  }

  bool string_is(std::uint64_t at, const char* text, std::size_t length) const {
    char found[kMaxName];
    return strings_ != 0 && length <= kMaxName && read_all(found, length, strings_ + at) &&
           std::memcmp(found, text, length) == 0;
  }

  bool is_definition(std::uint32_t index, const char* name) const {
    Elf64_Sym symbol;
    const std::uint64_t at = symbols_ + std::uint64_t{index} * sizeof(symbol);
    return read_all(&symbol, sizeof(symbol), at) && symbol.st_shndx != SHN_UNDEF &&
           string_is(symbol.st_name, name, std::strlen(name) + 1);
  }

  bool word_at(std::uint64_t offset, std::uint32_t& word) const {
    return read_all(&word, sizeof(word), offset);
  }

  bool defines_by_gnu_hash(const char* name) const {
    std::uint32_t hash = 5381;
    for (const char* c = name; *c != '\0'; ++c) hash = hash * 33 + static_cast<unsigned char>(*c);
    struct {
      std::uint32_t buckets, first_symbol, bloom_words, bloom_shift;
    } table;
    if (!read_all(&table, sizeof(table), gnu_hash_) || table.buckets == 0) return false;
    const std::uint64_t buckets = gnu_hash_ + sizeof(table) + std::uint64_t{8} * table.bloom_words;
    const std::uint64_t chains = buckets + std::uint64_t{4} * table.buckets;
    std::uint32_t index, stored;
    if (!word_at(buckets + std::uint64_t{4} * (hash % table.buckets), index)) return false;
    if (index < table.first_symbol) return false;
    for (std::uint32_t i = 0; i < kMaxChain; ++i, ++index) {
      if (!word_at(chains + std::uint64_t{4} * (index - table.first_symbol), stored)) return false;
      if ((stored | 1) == (hash | 1) && is_definition(index, name)) return true;
      if ((stored & 1) != 0) return false;  // the last of its bucket
    }
    return false;
  }

  bool defines_by_hash(const char* name) const {
    std::uint32_t hash = 0;
    for (const char* c = name; *c != '\0'; ++c) {
      hash = (hash << 4) + static_cast<unsigned char>(*c);
      hash = (hash ^ (hash & 0xf000'0000) >> 24) & 0x0fff'ffff;
    }
    std::uint32_t sizes[2];  // buckets, symbols
    if (!read_all(sizes, sizeof(sizes), hash_) || sizes[0] == 0) return false;
    const std::uint64_t buckets = hash_ + sizeof(sizes);
    const std::uint64_t chains = buckets + std::uint64_t{4} * sizes[0];
    std::uint32_t index;
    if (!word_at(buckets + std::uint64_t{4} * (hash % sizes[0]), index)) return false;
    for (std::uint32_t i = 0; i < kMaxChain && index != 0; ++i) {
      if (is_definition(index, name)) return true;
      if (!word_at(chains + std::uint64_t{4} * index, index)) return false;
    }
    return false;
  }

  FileBytes bytes_ = {};
  mutable char window_[kWindow];  // what was read last
  mutable std::uint64_t window_at_ = 0;
  mutable std::uint64_t window_bytes_ = 0;
  bool is_32_bit_ = false;
  bool is_of_own_kind_ = false;
  bool has_segments_ = false;
  std::uint16_t type_ = 0;
  std::uint16_t machine_ = 0;
  std::uint32_t segment_count_ = 0;
  std::uint64_t segments_ = 0;  // offsets in the file; 0: not there
  std::uint64_t strings_ = 0;
  std::uint64_t symbols_ = 0;
  std::uint64_t gnu_hash_ = 0;
  std::uint64_t hash_ = 0;
  std::uint64_t soname_ = 0;  // in the strings
  Elf64_Phdr loader_ = {};
  Elf64_Phdr dynamic_ = {};
};

}  // namespace heaptally::wire
