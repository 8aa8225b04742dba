// The one table is a static object of a function: made by the first thread that comes by, while
// the others wait for it, and not at all if none comes.
#include "samples/types/table.h"

namespace {

const samples::Table& table() {
  static const samples::Table the_table;
  return the_table;
}

}  // namespace

int main(int argc, char** argv) { return samples::ask_for_table(argc, argv, table); }
