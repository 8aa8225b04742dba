// What the commands that write a report's page have in common.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "core/report/page.h"

namespace heaptally {

// Where the page goes, and what of it is wanted; as given.
struct PageOptions {
  std::string output;
  bool overwrite = false;
  bool open = false;
  std::string source_root;
  bool without_sources = false;

  // All but where it goes.
  void add_to(CLI::App& command);

  // Before there is anything to write. Errors: Error of usage for a page that cannot be shown.
  void check() const;
};

// Writes the page that was asked for, and shows it if it is to be. Errors: as OutputFile and
// make_page.
void write_page(const PageOptions& options, PageRequest request);

}  // namespace heaptally
