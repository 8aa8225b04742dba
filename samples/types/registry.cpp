// Makes shapes by their names: of each that is registered, or of those that are named:
//   registry [COUNT [NAME...]]
// All are made on one line, of registry.h: which class it was is in the function's name.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "samples/types/registry.h"

namespace {

using samples::Registry;

using Entries = std::vector<const Registry::Entry*>;

// Ends the program if there is no class of a name.
Entries chosen(int count, char** names) {
  Entries entries;
  for (int i = 0; i < count; ++i) {
    entries.push_back(Registry::find(names[i]));
    if (entries.back() != nullptr) continue;
    std::fprintf(stderr, "there is no shape %s; there are:", names[i]);
    for (auto entry = Registry::first(); entry != nullptr; entry = entry->next) {
      std::fprintf(stderr, " %.*s", static_cast<int>(entry->name.size()), entry->name.data());
    }
    std::fputc('\n', stderr);
    std::exit(EXIT_FAILURE);
  }
  return entries;
}

Entries all() {
  Entries entries;
  for (auto entry = Registry::first(); entry != nullptr; entry = entry->next) {
    entries.push_back(entry);
  }
  return entries;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t count = samples::number_argument(
      argc > 2 ? 2 : argc, argv, {.name = "COUNT", .usual = 20'000, .most = 1'000'000});
  const Entries entries = argc > 2 ? chosen(argc - 2, argv + 2) : all();

  std::vector<std::unique_ptr<samples::Shape>> shapes;
  shapes.reserve(count * entries.size());
  std::uint64_t corners = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    for (const Registry::Entry* const entry : entries) {
      shapes.push_back(entry->make());
      corners += shapes.back()->corners();
    }
  }

  samples::say("shapes", shapes.size());
  samples::say("corners", corners);
  for (auto entry = Registry::first(); entry != nullptr; entry = entry->next) {
    samples::say(std::string(entry->name) + "_allocations", entry->made->allocations);
    samples::say(std::string(entry->name) + "_bytes", entry->made->bytes);
  }
  return samples::finished();
}
