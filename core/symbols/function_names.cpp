#include "core/symbols/function_names.h"

#include <algorithm>

#include "core/symbols/demangle.h"

namespace heaptally {
namespace {

constexpr std::uint32_t kNoScope = UINT32_MAX;
// References from an instance to what it is an instance of; real chains have two links.
constexpr int kMaxLinks = 16;
// Functions within functions, as the names of local classes and lambdas have them.
constexpr int kMaxNesting = 16;

bool follow(Dwarf_Die& die, unsigned int attribute) {
  Dwarf_Attribute reference;
  Dwarf_Die target;
  if (dwarf_attr(&die, attribute, &reference) == nullptr) return false;
  if (dwarf_formref_die(&reference, &target) == nullptr) return false;
  die = target;
  return true;
}

const char* string_of(Dwarf_Die& die, unsigned int attribute) {
  Dwarf_Attribute value;
  if (dwarf_attr_integrate(&die, attribute, &value) == nullptr) return nullptr;
  return dwarf_formstring(&value);
}

const char* linkage_name_of(Dwarf_Die& die) {
  const char* name = string_of(die, DW_AT_linkage_name);
  return name != nullptr ? name : string_of(die, DW_AT_MIPS_linkage_name);
}

bool is_c(const Dwarf_Die& die) {
  Dwarf_Die unit;
  if (dwarf_diecu(const_cast<Dwarf_Die*>(&die), &unit, nullptr, nullptr) == nullptr) return false;
  switch (dwarf_srclang(&unit)) {
    case DW_LANG_C:
    case DW_LANG_C89:
    case DW_LANG_C99:
    case DW_LANG_C11:
    case DW_LANG_Mips_Assembler:
      return true;
    default:
      return false;
  }
}

// What a scope without a name adds to the name of `member` inside it.
const char* anonymous_name(int tag, const std::string& member) {
  switch (tag) {
    case DW_TAG_namespace:
      return "(anonymous namespace)";
    case DW_TAG_class_type:
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
      return member.starts_with("operator()") ? "{lambda}" : "{unnamed type}";
    default:
      return nullptr;
  }
}

}  // namespace

const std::string& FunctionNames::name_of(const Dwarf_Die& die, int depth) {
  Dwarf_Die origin = die;
  for (int i = 0; i < kMaxLinks && follow(origin, DW_AT_abstract_origin); ++i) {
  }
  if (const auto known = names_.find(origin.addr); known != names_.end()) return known->second;

  std::string name;
  if (const char* linkage_name = linkage_name_of(origin)) {
    name = demangle(linkage_name);
  } else if (const char* plain = string_of(origin, DW_AT_name)) {
    Dwarf_Die declaration = origin;
    for (int i = 0; i < kMaxLinks && follow(declaration, DW_AT_specification); ++i) {
    }
    name = is_c(declaration) ? plain : qualified(declaration, plain, depth);
  }
  return names_[origin.addr] = std::move(name);
}

std::string FunctionNames::qualified(Dwarf_Die declaration, const char* name, int depth) {
  std::string result = name;
  Dwarf_Die root;
  if (dwarf_diecu(&declaration, &root, nullptr, nullptr) == nullptr) return result;
  const Unit& unit = unit_of(root);
  const auto at = std::lower_bound(unit.functions.begin(), unit.functions.end(),
                                   std::pair(dwarf_dieoffset(&declaration), std::uint32_t{0}));
  if (at == unit.functions.end() || at->first != dwarf_dieoffset(&declaration)) return result;
  for (std::uint32_t i = at->second; i != kNoScope; i = unit.scopes[i].parent) {
    Dwarf_Die scope = unit.scopes[i].die;
    const int tag = dwarf_tag(&scope);
    if (tag == DW_TAG_subprogram) {
      // It names all that is around itself.
      return depth < kMaxNesting ? name_of(scope, depth + 1) + "::" + result : result;
    }
    const char* around = string_of(scope, DW_AT_name);
    if (around == nullptr) around = anonymous_name(tag, result);
    if (around != nullptr) result.insert(0, "::").insert(0, around);
  }
  return result;
}

const FunctionNames::Unit& FunctionNames::unit_of(const Dwarf_Die& root) {
  std::unique_ptr<Unit>& unit = units_[root.addr];
  if (unit == nullptr) {
    unit = std::make_unique<Unit>();
    walk(*unit, root, kNoScope, 0);
  }
  return *unit;
}

DieListEnd FunctionNames::walk(Unit& unit, const Dwarf_Die& parent, std::uint32_t scope,
                               int depth) {
  if (depth > kMaxDieDepth) return nullptr;
  return for_each_child(parent, [&](Dwarf_Die& child) -> DieListEnd {
    const int tag = dwarf_tag(&child);
    const bool function = tag == DW_TAG_subprogram;
    if (function) unit.functions.emplace_back(dwarf_dieoffset(&child), scope);
    if (!function && !holds_functions(tag)) return nullptr;
    const auto own = static_cast<std::uint32_t>(unit.scopes.size());
    unit.scopes.push_back({child, scope});
    return walk(unit, child, own, depth + 1);
  });
}

}  // namespace heaptally
