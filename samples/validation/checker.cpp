#include "samples/validation/checker.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "samples/support/sample.h"
#include "samples/validation/text.h"

namespace samples::validation {
namespace {

constexpr std::size_t kMostShown = 40;  // bytes of a text

bool is_inside_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

std::int64_t characters(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return !is_inside_character(c); });
}

// As much of a text as an error shows, with nothing in it that a terminal would obey.
void add_shown(Text& line, std::string_view text, std::string_view quote = "") {
  std::size_t size = text.size();
  if (size > kMostShown) {
    size = kMostShown;
    while (is_inside_character(text[size])) --size;
  }
  line.add(quote);
  for (const char c : text.substr(0, size)) {
    const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    line.add(is_control ? "?" : std::string_view(&c, 1));
  }
  line.add(quote).add(size < text.size() ? "..." : "");
}

// Adds a value to a line.
struct AddShown {
  Text& line;

  void operator()(std::nullptr_t) const { line.add("null"); }
  void operator()(bool is) const { line.add(is ? "true" : "false"); }
  void operator()(Array) const { line.add("an array"); }
  void operator()(Object) const { line.add("an object"); }
  void operator()(std::string_view text) const { add_shown(line, text, "\""); }
  void operator()(std::int64_t number) const { line.add(number); }
  // 20.0 is not to look like the integer that it is not.
  void operator()(double number) const {
    Text text;
    text.add(number);
    line.add(text.view());
    if (text.view().find_first_not_of("-0123456789") == std::string_view::npos) line.add(".0");
  }
};

// Something, one @, and a name with a dot in it. Whether it is someone's only a letter can tell.
bool is_email(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == 0 || at == text.npos || text.find_first_of(" @", at + 1) != text.npos) return false;
  const std::size_t dot = text.rfind('.');
  return dot != text.npos && dot > at + 1 && dot + 1 < text.size();
}

// Whether a rule is about the field `name` of the object that `parent` is about.
bool is_about(const Rule& rule, const Rule* parent, std::string_view name) {
  std::string_view path = rule.path;
  if (parent != nullptr) {
    if (!path.starts_with(parent->path)) return false;
    path.remove_prefix(parent->path.size());
    if (!path.starts_with('.')) return false;
    path.remove_prefix(1);
  }
  return path == name && name.find('.') == name.npos;
}

// The path of the object whose field a rule is about, empty for the record.
std::string_view object_of(const Rule& rule) {
  const std::size_t dot = rule.path.rfind('.');
  return dot == rule.path.npos ? std::string_view() : rule.path.substr(0, dot);
}

}  // namespace

bool Checker::begin_record(const Value& record) {
  ++records_;
  errors_before_ = errors_;
  found_.reset();
  if (std::holds_alternative<Object>(record)) return true;
  error_expected("", "object", record);
  return false;
}

void Checker::end_record() {
  if (errors_ == errors_before_) ++valid_;
}

const Rule* Checker::field(const Rule* parent, std::string_view name, const Value& value) {
  const auto rule = std::find_if(kSchema.begin(), kSchema.end(), [&](const Rule& candidate) {
    return is_about(candidate, parent, name);
  });
  if (rule == kSchema.end()) {
    Text path;
    if (parent != nullptr) path.add(parent->path).add(".");
    add_shown(path, name);
    error(path.view(), "is unknown");
    return nullptr;
  }
  const auto index = static_cast<std::size_t>(rule - kSchema.begin());
  if (found_.test(index)) {
    error(rule->path, "is given twice");
    return nullptr;
  }
  found_.set(index);
  check(*rule, value);
  const bool has_more = (rule->type == Type::kObject && std::holds_alternative<Object>(value)) ||
                        (rule->type == Type::kStrings && std::holds_alternative<Array>(value));
  return has_more ? &*rule : nullptr;
}

void Checker::check(const Rule& rule, const Value& value) {
  const auto* const text = std::get_if<std::string_view>(&value);
  switch (rule.type) {
    case Type::kInteger:
      if (const auto* const number = std::get_if<std::int64_t>(&value)) {
        return check_bounds(rule, *number, "");
      }
      return error_expected(rule.path, "integer", value);
    case Type::kString:
      if (text != nullptr) return check_bounds(rule, characters(*text), " characters");
      return error_expected(rule.path, "string", value);
    case Type::kEmail:
      if (text == nullptr || !is_email(*text)) {
        return error_expected(rule.path, "e-mail address", value);
      }
      return check_bounds(rule, characters(*text), " characters");
    case Type::kBoolean:
      if (!std::holds_alternative<bool>(value)) error_expected(rule.path, "boolean", value);
      return;
    case Type::kObject:
      if (!std::holds_alternative<Object>(value)) error_expected(rule.path, "object", value);
      return;
    case Type::kStrings:
      if (!std::holds_alternative<Array>(value)) error_expected(rule.path, "array", value);
      return;
  }
}

void Checker::check_bounds(const Rule& rule, std::int64_t amount, std::string_view of_what) {
  if (amount >= rule.least && amount <= rule.most) return;
  Text what;
  what.add("expected ").add(rule.least).add(" to ").add(rule.most).add(of_what);
  error(rule.path, what.add(", got ").add(amount).view());
}

void Checker::end_object(const Rule* parent) {
  const std::string_view object = parent != nullptr ? parent->path : "";
  for (std::size_t i = 0; i < kSchema.size(); ++i) {
    const Rule& rule = kSchema[i];
    if (rule.required && !found_.test(i) && object_of(rule) == object) {
      error(rule.path, "is missing");
    }
  }
}

void Checker::item(const Rule& rule, std::size_t index, const Value& value) {
  if (std::holds_alternative<std::string_view>(value)) return;
  Text path;
  path.add(rule.path).add("[").add(index).add("]");
  error_expected(path.view(), "string", value);
}

void Checker::end_array(const Rule& rule, std::size_t items) {
  check_bounds(rule, static_cast<std::int64_t>(items), " items");
}

void Checker::error_expected(std::string_view path, std::string_view expected, const Value& got) {
  Text what;
  what.add("expected ").add(expected).add(", got ");
  std::visit(AddShown{what}, got);
  error(path, what.view());
}

void Checker::error(std::string_view path, std::string_view what) {
  Text line;
  line.add("record ").add(records_).add(": ").add(path).add(path.empty() ? "" : ": ").add(what);
  checksum_.add(line.view());
  if (++errors_ > shown_) return;
  std::printf("%.*s\n", static_cast<int>(line.view().size()), line.view().data());
}

void Checker::say() const {
  if (shown_ > 0 && errors_ > shown_) std::printf("and %" PRIu64 " more\n", errors_ - shown_);
  samples::say("records", records_);
  samples::say("valid", valid_);
  samples::say("errors", errors_);
  samples::say("checksum", checksum_.value());
}

}  // namespace samples::validation
