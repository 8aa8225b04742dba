#include "core/recording/symbol_update.h"

#include "core/recording/open.h"

namespace heaptally {

SymbolUpdate::SymbolUpdate(const std::filesystem::path& path) : db_(open_to_change(path)) {
  sqlite::Statement row(db_, "SELECT id, text FROM strings");
  while (row.step()) strings_.try_emplace(std::string(row.text(1)), row.integer(0));
}

std::int64_t SymbolUpdate::intern(const std::string& text) {
  const auto known = strings_.find(text);
  if (known != strings_.end()) return known->second;
  // Ids count from 0 without gaps, though a text may be there twice.
  const std::int64_t id = db_.query_integer("SELECT coalesce(max(id), -1) + 1 FROM strings");
  insert_string_.run(id, std::string_view(text));
  strings_.emplace(text, id);
  return id;
}

void SymbolUpdate::put(const Module& module) {
  put_module_.run(static_cast<std::uint32_t>(module.id), std::string_view(module.path),
                  std::string_view(module.build_id), std::string_view(module.debug));
}

void SymbolUpdate::put(const FrameLocations& locations) {
  const auto frame = static_cast<std::uint32_t>(locations.frame);
  delete_locations_.run(frame);
  std::uint32_t depth = 0;
  for (const Location& location : locations.locations) {
    const std::int64_t function = intern(location.function);
    const std::int64_t file = intern(location.file);
    insert_location_.run(frame, depth++, function, file, location.line, location.column,
                         location.symbol_offset);
  }
}

void SymbolUpdate::commit() { db_.execute("COMMIT"); }

}  // namespace heaptally
