// What the gallery's report is of: a library that loads its books, makes an index of their words
// and answers questions. Its books go when the index is made; what it answered, it keeps for good.
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "heaptally/heaptally.h"

namespace library {

std::mt19937 g_chance(7);

std::string word() {
  static const char* const kSyllables[] = {"ka", "lo", "mi", "ne", "pu",
                                           "ra", "so", "ti", "va", "ze"};
  std::string text;
  for (unsigned i = 2 + g_chance() % 4; i > 0; --i) text += kSyllables[g_chance() % 10];
  return text + "-" + std::to_string(g_chance() % 50);
}

struct Page {
  std::string text;
};

struct Book {
  std::string title;
  std::vector<std::unique_ptr<Page>> pages;
};

std::unique_ptr<Page> read_page() {
  auto page = std::make_unique<Page>();
  while (page->text.size() < 1500) page->text += word() + " ";
  return page;
}

Book read_book(int number) {
  Book book{"Volume " + std::to_string(number), {}};
  for (int i = 0; i < 40; ++i) book.pages.push_back(read_page());
  return book;
}

std::vector<Book> load(int books) {
  std::vector<Book> shelf;
  for (int i = 0; i < books; ++i) shelf.push_back(read_book(i));
  return shelf;
}

using Places = std::vector<std::uint32_t>;

class Index {
 public:
  void add(const Page& page, std::uint32_t number) {
    for (std::size_t at = 0; at < page.text.size();) {
      const std::size_t end = page.text.find(' ', at);
      const std::string word = page.text.substr(at, end - at);
      Places& places = words_[word];
      places.push_back(number);
      at = end + 1;
    }
  }

  const Places& find(const std::string& word) const {
    static const Places kNowhere;
    const auto found = words_.find(word);
    return found == words_.end() ? kNowhere : found->second;
  }

 private:
  std::unordered_map<std::string, Places> words_;
};

Index make_index(const std::vector<Book>& shelf) {
  Index index;
  std::uint32_t number = 0;
  for (const Book& book : shelf) {
    for (const auto& page : book.pages) index.add(*page, number++);
  }
  return index;
}

class Desk {
 public:
  explicit Desk(const Index& index) : index_(index) {}

  std::size_t answer(const std::string& question) {
    std::map<std::uint32_t, int> pages;
    for (const std::uint32_t page : index_.find(question)) ++pages[page];
    std::string text = "pages of " + question + ":";
    for (const auto& [page, times] : pages) text += " " + std::to_string(page);
    answers_.push_back(text);
    return pages.size();
  }

 private:
  const Index& index_;
  std::vector<std::string> answers_;
};

std::size_t serve(Desk& desk, int questions) {
  std::size_t pages = 0;
  for (int i = 0; i < questions; ++i) {
    pages += desk.answer(word());
    if (i % 200 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return pages;
}

}  // namespace library

int main(int argc, char** argv) {
  const int books = argc > 1 ? std::stoi(argv[1]) : 60;
  auto shelf = library::load(books);
  heaptally_mark("loaded");
  const library::Index index = library::make_index(shelf);
  heaptally_mark("indexed");
  shelf.clear();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  library::Desk desk(index);
  library::serve(desk, 20000);
  heaptally_mark("served");
}
