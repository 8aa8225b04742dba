// What the samples have in common: their argument, and what they say at their end.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace samples {

// What a sample knows of its own allocations, from what the language says happens and
// without looking at the allocator. Covers the one thing the sample is about: not, for
// example, the buffer that stdio allocates when the first line is printed. The line that
// allocates ends with the comment "allocates", so that tests find it.
struct OwnTally {
  std::uint64_t allocations = 0;
  std::uint64_t bytes = 0;  // of all allocations
  std::uint64_t live = 0;   // bytes
  std::uint64_t peak = 0;   // greatest `live`

  void allocated(std::size_t size);
  void freed(std::size_t size) { live -= size; }
};

// A whole number that a program can be given.
struct Number {
  const char* name;     // for the line of usage: COUNT
  std::uint64_t usual;  // without an argument
  std::uint64_t most;
  std::uint64_t least = 0;
};

// False if the text is no such number.
bool read_number(std::string_view text, const Number& number, std::uint64_t& value);

// The program's arguments, any number of them from the first on: those that are not given are as
// usual. Ends the program as number_argument does.
void number_arguments(int argc, char** argv, std::span<const Number> numbers,
                      std::span<std::uint64_t> values);

// The program's only argument. Ends the program with status 2 and a line of usage on stderr
// if the arguments make no sense.
std::uint64_t number_argument(int argc, char** argv, const Number& number);

// A million of numbers, as list and generator have it.
std::uint64_t number_count(int argc, char** argv);

// The program's only argument, the name of a file. Ends as number_argument does.
const char* file_argument(int argc, char** argv);

// The program's two arguments: a number, which has to be given, and the name of a file. Ends as
// number_argument does.
struct NumberAndFile {
  std::uint64_t number;
  const char* file;
};
NumberAndFile number_and_file(int argc, char** argv, const Number& number);

// Ends the program with status 1 and a line on stderr.
[[noreturn]] void cannot_read(const char* path, const char* why = std::strerror(errno));

// Prints key=value on a line of its own. What a program found out comes first, by the same
// keys in all versions of a sample; then what it knows of its memory.
void say(std::string_view key, std::uint64_t value);

// The tally: allocations, bytes, peak_bytes, live_at_end.
void say(const OwnTally& tally);

// main's status: 1 if what was said could not be written.
int finished();

// Says count, sum and the tally; returns main's status.
int report(std::uint64_t count, std::uint64_t sum, const OwnTally& tally);

}  // namespace samples
