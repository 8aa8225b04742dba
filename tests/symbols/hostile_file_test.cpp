// Files that are cut off or damaged: whatever they say, nothing crashes or throws.
#include <gtest/gtest.h>

#include <random>

#include "core/symbols/symbolizer.h"
#include "fixture.h"

namespace heaptally {
namespace {

// Opens `content` as a module and asks about its code.
void resolve_all(const std::filesystem::path& file, const std::string& content) {
  write_file(file, content);
  Symbolizer symbolizer;
  const std::size_t module = symbolizer.open({.path = file});
  EXPECT_NE(symbolizer.debug_state(module), "");
  for (std::uint64_t address = 0x1000; address < 0x1400; address += 5) {
    EXPECT_FALSE(symbolizer.resolve(module, address).empty());
  }
}

class HostileFile : public testing::TestWithParam<std::string> {
 protected:
  TemporaryFolder folder;
  std::string content = read_file(fixture_path(GetParam()));
};

TEST_P(HostileFile, CutOff) {
  for (std::size_t i = 0; i < 100; ++i) {
    resolve_all(folder.path() / std::to_string(i), content.substr(0, content.size() * i / 100));
  }
}

TEST_P(HostileFile, DamagedAtRandom) {
  std::mt19937 random(7);
  for (int i = 0; i < 150; ++i) {
    std::string damaged = content;
    for (int j = 0; j < 40; ++j) damaged[random() % damaged.size()] = static_cast<char>(random());
    resolve_all(folder.path() / std::to_string(i), damaged);
  }
}

TEST_P(HostileFile, DamagedHeaders) {
  std::mt19937 random(8);
  for (int i = 0; i < 150; ++i) {
    std::string damaged = content;
    damaged[16 + random() % 48] = static_cast<char>(random());
    // The section headers are the end of the file.
    damaged[damaged.size() - 1 - random() % 2000] = static_cast<char>(random());
    resolve_all(folder.path() / std::to_string(i), damaged);
  }
}

INSTANTIATE_TEST_SUITE_P(Compilers, HostileFile, testing::ValuesIn(fixtures_with_dwarf("calls")),
                         [](const auto& tested) { return tested.param.substr(6); });

}  // namespace
}  // namespace heaptally
