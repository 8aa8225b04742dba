// Demangling of C++ and Rust symbol names.
#pragma once

#include <string>

namespace heaptally {

// The name as its programmer wrote it, parameters included: "ns::f(int)". Rust names
// (legacy and v0) lose their hash. A symbol version ("name@@VERSION") is dropped.
// What is not mangled, and what expands beyond reason, is returned as it is.
std::string demangle(const char* symbol);

}  // namespace heaptally
