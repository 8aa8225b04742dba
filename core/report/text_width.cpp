#include "core/report/text_width.h"

#include <locale.h>
#include <wchar.h>

#include <algorithm>

namespace heaptally {
namespace {

// The widths of characters are the C library's, whatever the user's locale is. Where it has no
// C.UTF-8, mbrtowc knows ASCII alone and each byte of another character counts.
class Utf8 {
 public:
  Utf8() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (locale_ != nullptr) before_ = uselocale(locale_);
  }
  Utf8(const Utf8&) = delete;
  Utf8& operator=(const Utf8&) = delete;
  ~Utf8() {
    if (locale_ == nullptr) return;
    uselocale(before_);
    freelocale(locale_);
  }

 private:
  locale_t locale_;
  locale_t before_ = nullptr;
};

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

}  // namespace

std::size_t text_width(std::string_view text) {
  if (is_ascii(text)) return text.size();
  const Utf8 utf8;
  std::size_t width = 0;
  while (!text.empty()) {
    wchar_t character = 0;
    mbstate_t state{};
    const std::size_t length = mbrtowc(&character, text.data(), text.size(), &state);
    if (length == 0 || length > text.size()) {  // a zero byte, or the codes of failures
      text.remove_prefix(1);
      ++width;
      continue;
    }
    text.remove_prefix(length);
    width += static_cast<std::size_t>(std::max(wcwidth(character), 0));
  }
  return width;
}

}  // namespace heaptally
