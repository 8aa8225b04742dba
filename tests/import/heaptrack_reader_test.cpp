// What HeaptrackReader takes, and what it refuses.
#include "core/import/heaptrack_reader.h"

#include <fmt/format.h>

#include "tests/import/import_fixture.h"

namespace heaptally {
namespace {

// Writes down what it is told.
class Notes : public HeaptrackVisitor {
 public:
  void on_version(std::string_view heaptrack) override { note("version {}", heaptrack); }
  void on_attached() override { note("attached"); }
  void on_command(std::string_view command) override { note("command {}", command); }
  void on_address(const HeaptrackAddress& address) override {
    std::string calls;
    for (const HeaptrackCall& call : address.calls) {
      calls += fmt::format(" {}@{}:{}", call.function, call.file, call.line);
    }
    note("address {:x} {}{}", address.address, address.module, calls);
  }
  void on_trace(std::uint32_t address, std::uint32_t parent) override {
    note("trace {} {}", address, parent);
  }
  void on_kind(std::uint64_t size, std::uint32_t trace) override {
    note("kind {} {}", size, trace);
  }
  void on_allocation(std::uint32_t kind) override { note("+ {}", kind); }
  void on_free(std::uint32_t kind, bool temporary) override {
    note("- {}{}", kind, temporary ? " temporary" : "");
  }
  void on_time(Nanoseconds now) override { note("time {}", now.count()); }
  void on_rss(std::uint64_t bytes) override { note("rss {}", bytes); }

  std::string text;

 private:
  template <class... Values>
  void note(fmt::format_string<Values...> format, Values&&... values) {
    text += fmt::format(format, std::forward<Values>(values)...) + "\n";
  }
};

class Heaptrack : public InFolder {
 protected:
  struct Result {
    std::string notes;
    bool is_finished = false;
    std::uint64_t lines = 0;
  };
  Result read(std::string_view text) {
    Notes notes;
    HeaptrackReader reader(write(text), notes);
    reader.read();
    return {notes.text, reader.is_finished(), reader.lines()};
  }
  // The line and what is wrong with it; the same whatever follows.
  std::string refusal(std::string_view text) {
    const std::string error = error_of([&] { read(text); });
    const std::string whole = error_of([&] { read(std::string(text) + std::string(kTail)); });
    EXPECT_EQ(error, whole);
    const std::string subject = (folder() / "input").string() + ": ";
    EXPECT_TRUE(error.starts_with(subject)) << error;
    return error.empty() ? error : error.substr(subject.size());
  }
  static std::string all(std::string_view body) {
    return std::string(kHead) + std::string(kBody) + std::string(body);
  }
};

TEST_F(Heaptrack, TellsAll) {
  const Result result =
      read(all("+ 0\n+ 1\n- 1\nc 2a\nR 10\n\n# a comment\nS leak:x\nA\n- 0\n+ 2\n") +
           std::string(kTail));
  EXPECT_EQ(result.notes,
            "version 1.4.0\n"
            "command prog -a b\n"
            "address 400010 prog main@main.c:10\n"
            "address 400020 prog helper@work.h:7 work@work.h:5\n"
            "address 7f0010 lib.so grab@:0\n"
            "address 7f0020 lib.so\n"
            "trace 1 0\ntrace 2 1\ntrace 3 2\ntrace 4 3\n"
            "kind 16 2\nkind 32 3\nkind 1 0\n"
            "+ 0\n+ 1\n- 1 temporary\ntime 42000000\nrss 65536\nattached\n- 0 temporary\n+ 2\n");
  EXPECT_TRUE(result.is_finished);
}

// heaptrack_print takes a free of kind 0 right after another free for a temporary one, but none of
// another kind.
TEST_F(Heaptrack, CountsTemporariesAsHeaptrackDoes) {
  const auto temporaries = [&](std::string_view body) {
    std::size_t count = 0;
    const std::string notes = read(all(body)).notes;
    for (std::size_t at = notes.find("temporary"); at != std::string::npos;
         at = notes.find("temporary", at + 1)) {
      ++count;
    }
    return count;
  };
  EXPECT_EQ(temporaries("+ 1\n- 1\n"), 1u);
  EXPECT_EQ(temporaries("+ 1\n+ 2\n- 1\n- 2\n"), 0u);
  EXPECT_EQ(temporaries("+ 1\n+ 1\n- 1\n- 1\n"), 1u);
  EXPECT_EQ(temporaries("+ 0\n+ 1\n+ 2\n- 1\n- 0\n"), 1u);
}

TEST_F(Heaptrack, TakesOlderFormats) {
  for (const char* head : {"v 10000 1\n", "v 10200\n", "v 10100 2\n"}) {
    const Result result =
        read(std::string(head) + "X prog\ns a b  c\ns x\ni 1 1 2\nt 1 0\na 10 1\n+ 0\n");
    EXPECT_NE(result.notes.find("address 1 a b  c x@:0\n"), std::string::npos) << result.notes;
  }
}

TEST_F(Heaptrack, TakesACommandOfSeveralLines) {
  const Result result =
      read("v 10400 3\nX python3 -c import json\nd = 1\n\n+ x\ns = 2\nI 1000 1\nc 1\n");
  EXPECT_EQ(result.notes,
            "version 1.4.0\ncommand python3 -c import json\nd = 1\n\n+ x\ns = 2\ntime 1000000\n");
  EXPECT_TRUE(read("v 10400 3\nX a\nb\n").notes.ends_with("command a\nb\n"));
}

TEST_F(Heaptrack, GoesAsFarAsItWasCut) {
  const Result result = read(all("+ 0\n+ 1\n- 1"));
  EXPECT_TRUE(result.notes.ends_with("+ 0\n+ 1\n")) << result.notes;
  EXPECT_FALSE(result.is_finished);
  EXPECT_EQ(result.lines, 24u);
  EXPECT_FALSE(read(all("+ 0\n")).is_finished);
  EXPECT_FALSE(read(all("+ 0\n# strings: 6")).is_finished);
}

TEST_F(Heaptrack, RefusesWhatIsNone) {
  EXPECT_TRUE(refusal("").starts_with("is not a recording of heaptrack; "));
  EXPECT_TRUE(refusal("hello\n").starts_with("is not a recording of heaptrack; "));
  EXPECT_TRUE(refusal("v 10400 0\n").starts_with("was made by a heaptrack before 1.0"));
  EXPECT_TRUE(refusal("v 20000 4\n").starts_with("was made by heaptrack 2.0.0 in its format 4"));
  EXPECT_TRUE(refusal("v x\n").starts_with("line 1: there is no version"));
}

TEST_F(Heaptrack, SaysWhatToDoWithRawFiles) {
  const std::string remedy = "heaptrack_interpret";
  for (const char* line : {"x c /usr/bin/env\n", "m 4 x 0 1\n", "+ 10 1 5581a0\n"}) {
    const std::string error = refusal(all(line));
    EXPECT_TRUE(error.starts_with("is raw (heaptrack --raw)")) << error;
    EXPECT_NE(error.find(remedy), std::string::npos) << error;
  }
}

TEST_F(Heaptrack, RefusesReferencesToNothing) {
  const std::pair<const char*, const char*> cases[] = {
      {"i 1 9\n", "an address refers to a text"},
      {"i 1 1 9\n", "an address refers to a text"},
      {"i 1 1 2 9 1\n", "an address refers to a text"},
      {"i 1 1 2 3\n", "it is no line number"},
      {"i 1 1 2 3 1ffffffff\n", "it is no line number"},
      {"i 1 1 2 3 1 4\n", "an inlined call has no line"},
      {"i\n", "it is no address"},
      {"i -1 1\n", "it is no address"},
      {"i 11112222333344445 1\n", "it is no address"},
      {"t 5 0\n", "a trace refers to an address"},
      {"t 1 5\n", "a trace refers to a caller"},
      {"t 1 ffffffffffffffff\n", "a trace refers to a caller"},
      {"t 1\n", "a trace refers to a caller"},
      {"a 10 5\n", "a block refers to a trace"},
      {"a 1000000000001 1\n", "no block has that size"},
      {"+ 3\n", "an allocation of a kind"},
      {"+\n", "an allocation of a kind"},
      {"+0\n", "an allocation of a kind"},
      {"- 3\n", "a free of a kind"},
      {"- 0\n", "a free of a block that is not live"},
      {"+ 0\n- 0\n- 0\n", "a free of a block that is not live"},
      {"c zz\n", "it is no time"},
      {"c ffffffffffffffff\n", "it is no time"},
      {"c 5\nc 4\n", "the time goes back"},
      {"R fffffffffffff\n", "it is no number of pages"},
      {"I fffffffffffff\n", "it is no size of pages"},
      {"s ffffffffff x\n", "it is no text"},
      {"s 5 x\n", "the text is not as long as it says"},
      {"X again\n", "there is a second command"},
      {"\x01\n", "it is of no kind that is known"},
  };
  constexpr std::size_t kBefore = 22;  // lines
  for (const auto& [lines, problem] : cases) {
    const auto last =
        kBefore + static_cast<std::size_t>(std::count(lines, lines + strlen(lines), '\n'));
    const std::string error = refusal(all(lines));
    EXPECT_TRUE(error.starts_with(fmt::format("line {}: {}", last, problem))) << lines << error;
  }
}

TEST_F(Heaptrack, RefusesMoreThanAnyProgramHas) {
  std::string text = all("a 1000000000000 1\n");
  for (std::size_t i = 0; i <= 1 << 14; ++i) text += "+ 3\n";
  EXPECT_NE(refusal(text).find("more was allocated than any program can"), std::string::npos);
}

}  // namespace
}  // namespace heaptally
