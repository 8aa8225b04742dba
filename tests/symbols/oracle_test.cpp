// Compares with addr2line of binutils, which reads DWARF with code of its own.
#include <gtest/gtest.h>

#include <algorithm>
#include <cinttypes>
#include <map>
#include <sstream>

#include "core/symbols/symbolizer.h"
#include "fixture.h"

namespace heaptally {
namespace {

using Chain = std::vector<Location>;

// About `wanted` addresses, spread over the functions that nm names.
std::vector<std::uint64_t> sample_addresses(const std::string& nm_command, std::size_t wanted) {
  std::istringstream symbols(output_of(nm_command));
  std::vector<std::uint64_t> addresses;
  std::string line;
  while (std::getline(symbols, line)) {
    std::uint64_t address = 0;
    std::uint64_t size = 0;
    char type = 0;
    if (sscanf(line.c_str(), "%" SCNx64 " %" SCNx64 " %c", &address, &size, &type) != 3) continue;
    if (std::string("TtWwi").find(type) == std::string::npos) continue;
    for (std::uint64_t at = 0; at < size; at += 7) addresses.push_back(address + at);
  }
  // Aliases would ask twice.
  std::sort(addresses.begin(), addresses.end());
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
  std::vector<std::uint64_t> sample;
  const std::size_t step = std::max<std::size_t>(1, addresses.size() / wanted);
  for (std::size_t i = 0; i < addresses.size(); i += step) sample.push_back(addresses[i]);
  return sample;
}

// "file:line", with " (discriminator n)" and with "?" for what is not known.
void parse_place(const std::string& text, Location& location) {
  const std::size_t colon = text.rfind(':');
  location.file = std::filesystem::path(text.substr(0, colon)).lexically_normal();
  if (location.file == "??") location.file.clear();
  location.line = static_cast<std::uint32_t>(std::strtoul(text.c_str() + colon + 1, nullptr, 10));
}

std::map<std::uint64_t, Chain> ask_addr2line(const std::string& path,
                                             const std::vector<std::uint64_t>& addresses) {
  TemporaryFolder folder;
  std::ostringstream questions;
  for (std::uint64_t address : addresses) questions << std::hex << address << '\n';
  write_file(folder.path() / "addresses", questions.str());
  std::istringstream answers(output_of(ADDR2LINE " -a -i -f -C -e " + path + " < " +
                                       (folder.path() / "addresses").string()));
  std::map<std::uint64_t, Chain> chains;
  Chain* chain = nullptr;
  std::string function;
  std::string place;
  while (std::getline(answers, function)) {
    if (function.starts_with("0x")) {
      chain = &chains[std::strtoull(function.c_str(), nullptr, 16)];
      continue;
    }
    if (!std::getline(answers, place) || chain == nullptr) break;
    parse_place(place, chain->emplace_back());
    chain->back().function = function;
  }
  return chains;
}

std::string text_of(const Chain& chain) {
  std::ostringstream text;
  for (const Location& location : chain) {
    text << "\n  " << location.function << ' ' << location.file << ':' << location.line;
  }
  return text.str();
}

bool same_lines(const Chain& a, const Chain& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Location& x, const Location& y) { return x.line == y.line; });
}

bool same_files(const Chain& a, const Chain& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Location& x, const Location& y) { return x.file == y.file; });
}

// addr2line of binutils 2.40 finds no inlined calls in clang's DWARF 5, and in GCC's takes
// the unit's own file for that of some lines.
bool reads_files_of(const std::string& fixture) { return !fixture.ends_with('5'); }

std::vector<std::string> fixtures_it_can_read() {
  auto names = fixtures_with_dwarf("containers");
  std::erase(names, "containers-clang5");
  return names;
}

class AgainstAddr2line : public testing::TestWithParam<std::string> {};

TEST_P(AgainstAddr2line, EveryLineAgrees) {
  const std::string path = fixture_path(GetParam());
  Symbolizer symbolizer;
  const std::size_t module = symbolizer.open({.path = path});
  const auto addresses = sample_addresses(NM " -S --defined-only " + path, 600);
  ASSERT_GT(addresses.size(), 300u);
  const auto expected = ask_addr2line(path, addresses);
  std::size_t names = 0;
  std::size_t same_names = 0;
  for (const auto& [address, chain] : expected) {
    const Chain ours = symbolizer.resolve(module, address);
    const bool compare_files = reads_files_of(GetParam()) && chain[0].line != 0;
    EXPECT_TRUE(same_lines(ours, chain) && (!compare_files || same_files(ours, chain)))
        << std::hex << address << "\nours:" << text_of(ours) << "\naddr2line:" << text_of(chain);
    for (std::size_t i = 0; i < chain.size() && i < ours.size(); ++i) {
      ++names;
      same_names += ours[i].function == chain[i].function ? 1 : 0;
    }
  }
  // addr2line does not qualify names that have no linkage name.
  EXPECT_GT(same_names * 100, names * 90);
}

INSTANTIATE_TEST_SUITE_P(Compilers, AgainstAddr2line, testing::ValuesIn(fixtures_it_can_read()),
                         [](const auto& tested) { return tested.param.substr(11); });

class Dwarf5 : public testing::TestWithParam<std::string> {};

TEST_P(Dwarf5, SaysWhatDwarf4Says) {
  Symbolizer symbolizer;
  const std::string path4 = fixture_path("containers-" + GetParam() + "4");
  const std::size_t dwarf4 = symbolizer.open({.path = path4});
  const std::size_t dwarf5 =
      symbolizer.open({.path = fixture_path("containers-" + GetParam() + "5")});
  std::size_t inlined = 0;
  for (std::uint64_t address : sample_addresses(NM " -S --defined-only " + path4, 2000)) {
    const Chain chain = symbolizer.resolve(dwarf4, address);
    ASSERT_EQ(symbolizer.resolve(dwarf5, address), chain) << std::hex << address << text_of(chain);
    inlined += chain.size() - 1;
  }
  EXPECT_GT(inlined, 1000u);
}

INSTANTIATE_TEST_SUITE_P(Compilers, Dwarf5,
                         testing::ValuesIn(HAVE_CLANG ? std::vector<std::string>{"own", "clang"}
                                                      : std::vector<std::string>{"own"}));

// The C library's debug information is packaged apart from it, compressed, and has
// assembly and hundreds of units: all that the fixtures have not.
TEST(Oracle, TheCLibrarysLinesAgree) {
  const std::string path = std::filesystem::canonical(
      output_of("ldd " + fixture_path("containers-own4") +
                " | sed -n 's/.*libc.so.6 => \\([^ ]*\\).*/\\1/p' | tr -d '\\n'"));
  Symbolizer symbolizer;
  const std::size_t module = symbolizer.open({.path = path});
  ASSERT_EQ(symbolizer.debug_state(module), "dwarf")
      << path << " has no debug information: install the package libc6-dbg";
  const auto addresses = sample_addresses(NM " -D -S --defined-only " + path, 2000);
  ASSERT_GT(addresses.size(), 1000u);
  std::size_t lines = 0;
  for (const auto& [address, chain] : ask_addr2line(path, addresses)) {
    const Chain ours = symbolizer.resolve(module, address);
    EXPECT_TRUE(same_lines(ours, chain))
        << std::hex << address << "\nours:" << text_of(ours) << "\naddr2line:" << text_of(chain);
    lines += chain[0].line != 0 ? 1 : 0;
  }
  EXPECT_GT(lines * 2, addresses.size());
}

}  // namespace
}  // namespace heaptally
