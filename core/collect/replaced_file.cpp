#include "core/collect/replaced_file.h"

#include <system_error>
#include <utility>

namespace heaptally {

ReplacedFile::ReplacedFile(std::filesystem::path path, bool may_replace) : path_(std::move(path)) {
  std::error_code error;
  if (!may_replace || !std::filesystem::is_regular_file(path_, error)) return;
  aside_ = path_;
  aside_ += ".replaced";
  std::filesystem::rename(path_, aside_, error);
  if (error) aside_.clear();
}

ReplacedFile::~ReplacedFile() {
  std::error_code error;
  if (!aside_.empty()) std::filesystem::rename(aside_, path_, error);
}

void ReplacedFile::let_go() {
  std::error_code error;
  if (!aside_.empty()) std::filesystem::remove(aside_, error);
  aside_.clear();
}

}  // namespace heaptally
