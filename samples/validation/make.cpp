// Writes records of users, a line each, for the validators to read; the same ones every time. One
// in sixteen has a fault, of ten kinds in turn:
//   make RECORDS FILE
// Prints what is in them.
#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>

#include "samples/support/sample.h"

namespace {

constexpr std::uint64_t kMostRecords = 100'000'000;
constexpr std::uint64_t kFaultyEvery = 16;

enum Fault {
  kAgeInWords,
  kZipIsNumber,
  kNoEmail,
  kTooOld,
  kNoCity,
  kTagIsNumber,
  kEmailWithoutAt,
  kShoeSize,
  kAddressInWords,
  kNoName,
  kFaults,
  kNone = kFaults,
};

constexpr std::array kFirst = {"Alice", "Bob", "Carol", "Dave", "Eve", "Frank", "Grace"};
constexpr std::array kLast = {"Archer", "Brewer", "Carpenter", "Dyer", "Fletcher", "Gardener"};
constexpr std::array kCity = {"London", "New York", "Rotterdam", "Los Angeles", "Milwaukee"};
constexpr std::array kTags = {"new", "a customer for many years", "staff", "newsletter"};

// Purpose: one record after the other. The numbers of mt19937 are the same everywhere, and each is
//   drawn in a statement of its own.
class Records {
 public:
  explicit Records(std::FILE* file) : file_(file) {}

  void write(std::uint64_t id, Fault fault) {
    const char* const first = kFirst[below(kFirst.size())];
    const char* const last = kLast[below(kLast.size())];
    const unsigned age = 18 + below(70);
    const bool is_active = below(2) == 0;
    print("{\"id\":%" PRIu64, id);
    print(fault == kNoName ? ",\"name\":\"\"" : ",\"name\":\"%s %s\"", first, last);
    if (fault != kNoEmail) {
      print(",\"email\":\"%s.%s%c%s\"", first, last, fault == kEmailWithoutAt ? '.' : '@',
            "example.org");
    }
    if (fault == kAgeInWords) {
      print(",\"age\":\"twenty\"");
    } else {
      print(",\"age\":%u", fault == kTooOld ? 200 : age);
    }
    print(",\"active\":%s", is_active ? "true" : "false");
    if (fault == kShoeSize) print(",\"shoe_size\":42");
    address(fault);
    tags(fault);
    print("}\n");
  }

 private:
  unsigned below(std::size_t limit) { return static_cast<unsigned>(random_() % limit); }

  void print(const char* text) { std::fputs(text, file_); }
  template <class... Values>
  void print(const char* format, Values... values) {
    std::fprintf(file_, format, values...);
  }

  void address(Fault fault) {
    const unsigned number = 1 + below(200);
    const char* const city = kCity[below(kCity.size())];
    const unsigned zip = 10000 + below(90000);
    if (fault == kAddressInWords) return print(",\"address\":\"%u Main Street\"", number);
    print(",\"address\":{\"street\":\"%u Main Street\"", number);
    if (fault != kNoCity) print(",\"city\":\"%s\"", city);
    print(fault == kZipIsNumber ? ",\"zip\":%u}" : ",\"zip\":\"%u\"}", zip);
  }

  void tags(Fault fault) {
    print(",\"tags\":[");
    const unsigned count = fault == kTagIsNumber ? 3 : below(5);
    for (unsigned i = 0; i < count; ++i) {
      const char* const tag = kTags[below(kTags.size())];
      if (i > 0) print(",");
      if (fault == kTagIsNumber && i == 2) {
        print("7");
      } else {
        print("\"%s\"", tag);
      }
    }
    print("]");
  }

  std::FILE* file_;
  std::mt19937 random_{1};
};

}  // namespace

int main(int argc, char** argv) {
  const auto [count, name] =
      samples::number_and_file(argc, argv, {.name = "RECORDS", .usual = 0, .most = kMostRecords});
  std::FILE* const file = std::fopen(name, "w");
  bool is_written = file != nullptr;
  std::uint64_t faulty = 0;
  if (file != nullptr) {
    Records records(file);
    for (std::uint64_t id = 1; id <= count; ++id) {
      const bool is_faulty = id % kFaultyEvery == 0;
      records.write(id, is_faulty ? static_cast<Fault>(faulty++ % kFaults) : kNone);
    }
    is_written = std::ferror(file) == 0;
    is_written = std::fclose(file) == 0 && is_written;
  }
  if (!is_written) {
    std::fprintf(stderr, "%s: %s\n", name, std::strerror(errno));
    return EXIT_FAILURE;
  }
  samples::say("records", count);
  samples::say("valid", count - faulty);
  samples::say("errors", faulty);
  return samples::finished();
}
