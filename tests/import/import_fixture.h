// Files that pretend to be heaptrack's.
#pragma once

#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace heaptally {

// A test with a folder of its own.
class InFolder : public testing::Test {
 protected:
  InFolder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "heaptally-import-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    folder_ = name;
  }
  ~InFolder() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::filesystem::path write(std::string_view text, const std::string& name = "input") const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

// What `act` throws, empty if nothing.
template <class Act>
std::string error_of(Act act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

inline constexpr std::string_view kHead = "v 10400 3\nX prog -a b\nI 1000 5e298d\n";
inline constexpr std::string_view kTail = "# strings: 6\n# ips: 3\n";

// main.c:10 main calls work.h:5, into which helper at work.h:7 is inlined, calls lib.so:grab; and
// code that is not resolved. Kinds 0 (16 bytes by work), 1 (32 by grab), 2 (no stack).
inline constexpr std::string_view kBody =
    "s 4 prog\n"
    "s 4 main\n"
    "s 6 main.c\n"
    "i 400010 1 2 3 a\n"
    "s 6 helper\n"
    "s 4 work\n"
    "s 6 work.h\n"
    "i 400020 1 4 6 7 5 6 5\n"
    "s 6 lib.so\n"
    "s 4 grab\n"
    "i 7f0010 7 8\n"
    "i 7f0020 7\n"
    "t 1 0\n"
    "t 2 1\n"
    "t 3 2\n"
    "t 4 3\n"
    "a 10 2\n"
    "a 20 3\n"
    "a 1 0\n";

}  // namespace heaptally
