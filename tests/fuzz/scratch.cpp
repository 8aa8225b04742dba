#include "tests/fuzz/scratch.h"

#include <stdlib.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <system_error>

#include "core/base/error.h"
#include "core/import/heaptrack_import.h"
#include "core/recording/reader.h"
#include "tests/fuzz/changes.h"
#include "tests/fuzz/read_all.h"

namespace heaptally {
namespace {

namespace fs = std::filesystem;

fs::path parent() {
  const fs::path memory = "/dev/shm";
  return ::access(memory.c_str(), W_OK) == 0 ? memory : fs::temp_directory_path();
}

}  // namespace

Scratch::Scratch() {
  std::string name = (parent() / "heaptally-fuzz-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) std::abort();
  folder_ = name;
}

Scratch::~Scratch() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void Scratch::write(std::span<const std::uint8_t> bytes) const {
  std::ofstream(path(), std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

void run_as_file(const Scratch& scratch, std::span<const std::uint8_t> input) {
  scratch.write(input);
  read_all(scratch.path());
}

// What cannot be imported is refused with an Error; what can be must be a good recording.
void run_as_import(const Scratch& scratch, std::span<const std::uint8_t> input) {
  scratch.write(input);
  const fs::path output = scratch.path().string() + ".imported";
  try {
    import_heaptrack({.input = scratch.path(), .output = output, .overwrite = true});
  } catch (const Error&) {
    return;
  }
  if (!RecordingReader(output).data().header.imported_from.starts_with("heaptrack ")) std::abort();
  read_all(output);
}

void run_as_changes(const Scratch& scratch, std::span<const std::uint8_t> base,
                    std::span<const std::uint8_t> input) {
  scratch.write(base);
  apply_changes(scratch.path(), input);
  read_all(scratch.path());
}

}  // namespace heaptally
