#include "core/symbols/symbolizer.h"

#include <exception>
#include <map>
#include <tuple>
#include <utility>

#include "core/symbols/module.h"
#include "core/symbols/module_file.h"

namespace heaptally {
namespace {

// Two sources with one key are one file: by build-id where there is one.
using Key = std::tuple<std::string, std::string, dev_t, ino_t, time_t, long>;

Key key_of(const ModuleSource& source, const ModuleFile& file) {
  if (!file.build_id.empty()) return {source.path, file.build_id, 0, 0, 0, 0};
  const struct stat& status = file.status;
  return {source.path,           "", status.st_dev, status.st_ino, status.st_mtim.tv_sec,
          status.st_mtim.tv_nsec};
}

}  // namespace

struct Symbolizer::Impl {
  std::vector<std::string> debug_directories;
  std::vector<std::unique_ptr<Module>> modules;
  std::map<Key, std::size_t> open_modules;

  // Where libdwfl looks: beside the file, in the given directories, in the system's, and
  // in that of the process's own root.
  std::string debug_path(const ModuleSource& source) const {
    std::string path = ":.debug";
    for (const std::string& directory : debug_directories) path += ":" + directory;
    path += ":/usr/lib/debug";
    if (source.pid != 0) path += ":/proc/" + std::to_string(source.pid) + "/root/usr/lib/debug";
    return path;
  }
};

Symbolizer::Symbolizer(std::vector<std::string> debug_directories)
    : impl_(std::make_unique<Impl>()) {
  impl_->debug_directories = std::move(debug_directories);
}

Symbolizer::~Symbolizer() = default;

std::size_t Symbolizer::open(const ModuleSource& source) {
  ModuleFile file = open_module_file(source, impl_->debug_directories);
  const std::size_t handle = impl_->modules.size();
  if (file.fd) {
    const auto [known, is_new] = impl_->open_modules.try_emplace(key_of(source, file), handle);
    if (!is_new && impl_->modules[known->second]->is_current()) return known->second;
    known->second = handle;
  }
  impl_->modules.push_back(
      std::make_unique<Module>(std::move(file), impl_->debug_path(source), source.debug_file));
  return handle;
}

std::vector<Location> Symbolizer::resolve(std::size_t module, std::uint64_t address) {
  if (module >= impl_->modules.size()) return {Location{}};
  try {
    return impl_->modules[module]->resolve(address);
  } catch (const std::exception&) {  // sizes in a hostile file can exhaust memory
    return {Location{}};
  }
}

std::string Symbolizer::debug_state(std::size_t module) {
  if (module >= impl_->modules.size()) return "none";
  try {
    return impl_->modules[module]->debug_state();
  } catch (const std::exception&) {
    return "out of memory";
  }
}

std::string Symbolizer::symbol_file(std::size_t module) {
  if (module >= impl_->modules.size()) return {};
  try {
    return impl_->modules[module]->symbol_file();
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace heaptally
