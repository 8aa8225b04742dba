// The one table is an object outside of any function: made before main, whether it will be used
// or not.
#include "samples/types/table.h"

namespace {

const samples::Table the_table;

const samples::Table& table() { return the_table; }

}  // namespace

int main(int argc, char** argv) { return samples::ask_for_table(argc, argv, table); }
