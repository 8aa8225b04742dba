#include "fixture.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "core/symbols/module_file.h"

namespace heaptally {

std::string fixture_path(const std::string& name) { return FIXTURES "/" + name + ".so"; }

std::string fixture_source() { return FIXTURE_SOURCES "/calls.cpp"; }

std::uint32_t fixture_line(const std::string& name) {
  std::ifstream source(fixture_source());
  std::string line;
  for (std::uint32_t number = 1; std::getline(source, line); ++number) {
    const std::size_t marker = line.find("// LINE " + name);
    if (marker != std::string::npos && line.find_first_of(" \t", marker + 8) == std::string::npos) {
      return number;
    }
  }
  throw std::runtime_error("no line of calls.cpp is marked " + name);
}

std::vector<std::string> fixtures_with_dwarf(const std::string& source) {
  std::vector<std::string> names = {source + "-own4", source + "-own5"};
  if (HAVE_CLANG) names.insert(names.end(), {source + "-clang4", source + "-clang5"});
  return names;
}

LoadedFixture::LoadedFixture(const std::string& name)
    : handle_(dlopen(fixture_path(name).c_str(), RTLD_NOW | RTLD_LOCAL)) {
  if (handle_ == nullptr) throw std::runtime_error(dlerror());
  reinterpret_cast<void (*)()>(dlsym(handle_, "fixture_run"))();
}

LoadedFixture::~LoadedFixture() { dlclose(handle_); }

std::uint64_t LoadedFixture::symbol(const char* name) const {
  void* address = dlsym(handle_, name);
  Dl_info info;
  if (address == nullptr || dladdr(address, &info) == 0) throw std::runtime_error(name);
  return reinterpret_cast<std::uint64_t>(address) - reinterpret_cast<std::uint64_t>(info.dli_fbase);
}

std::uint64_t LoadedFixture::call(int slot) const {
  void* const* returns = static_cast<void**>(dlsym(handle_, "fixture_returns"));
  Dl_info info;
  if (dladdr(returns, &info) == 0) throw std::runtime_error("fixture_returns");
  // The call ends where it returns to.
  return reinterpret_cast<std::uint64_t>(returns[slot]) -
         reinterpret_cast<std::uint64_t>(info.dli_fbase) - 1;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "heaptally-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string output_of(const std::string& command) {
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error(command);
  std::string output;
  char buffer[4096];
  for (std::size_t got; (got = fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    output.append(buffer, got);
  }
  if (pclose(pipe) != 0) throw std::runtime_error(command);
  return output;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return content.str();
}

void write_file(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

std::string build_id_of_file(const std::string& path) {
  return open_module_file({.path = path}, {}).build_id;
}

}  // namespace heaptally
