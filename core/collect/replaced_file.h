// ReplacedFile: the recording that a new one takes the place of.
#pragma once

#include <filesystem>

namespace heaptally {

// Purpose: keeps the file under another name until the program has started; it comes back if it
//   does not.
class ReplacedFile {
 public:
  ReplacedFile(std::filesystem::path path, bool may_replace);
  ReplacedFile(const ReplacedFile&) = delete;
  ReplacedFile& operator=(const ReplacedFile&) = delete;
  ~ReplacedFile();

  // The new one stands.
  void let_go();

 private:
  std::filesystem::path path_;
  std::filesystem::path aside_;  // empty: there was none, or it was let go
};

}  // namespace heaptally
