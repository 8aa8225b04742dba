// What the tests of core/symbols share: the libraries built from fixtures/.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace heaptally {

// The path of fixtures/NAME.so.
std::string fixture_path(const std::string& name);

// The line of fixtures/calls.cpp that bears the marker "LINE name".
std::uint32_t fixture_line(const std::string& name);
std::string fixture_source();

// The names of the fixtures that are built from `source` and hold debug information.
std::vector<std::string> fixtures_with_dwarf(const std::string& source);

// A build of fixtures/calls.cpp, loaded into the test.
class LoadedFixture {
 public:
  explicit LoadedFixture(const std::string& name);
  ~LoadedFixture();
  LoadedFixture(const LoadedFixture&) = delete;
  LoadedFixture& operator=(const LoadedFixture&) = delete;

  // ELF addresses: of the call that noted itself in `slot`, and of an exported symbol.
  std::uint64_t call(int slot) const;
  std::uint64_t symbol(const char* name) const;

 private:
  void* handle_;
};

// A folder of the test's own, removed with it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::filesystem::path path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// The standard output of a shell command, which must succeed.
std::string output_of(const std::string& command);

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& content);

// The build-id of a file in lower-case hex.
std::string build_id_of_file(const std::string& path);

}  // namespace heaptally
