#include "core/collect/session_page.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "core/base/error.h"

namespace heaptally {
namespace {

[[noreturn]] void fail_page(const char* what) {
  throw Error("shared memory", fmt::format("{}: {}", what, std::strerror(errno)));
}

}  // namespace

SessionPage::SessionPage() {
  fd_ = memfd_create("heaptally-session", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd_ < 0) fail_page("memfd_create");
  if (ftruncate(fd_, static_cast<off_t>(wire::kPage)) != 0) fail_page("ftruncate");
  fcntl(fd_, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
  void* memory = mmap(nullptr, wire::kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
  if (memory == MAP_FAILED) fail_page("mmap");
  page_ = static_cast<wire::SessionPage*>(memory);
  hold_futex();
}

SessionPage::~SessionPage() {
  leave();
  syscall(SYS_set_robust_list, former_list_, sizeof(robust_list_head));
  munmap(page_, wire::kPage);
  close(fd_);
}

void SessionPage::hold_futex() {
  std::size_t bytes = 0;
  syscall(SYS_get_robust_list, 0, &former_list_, &bytes);
  page_->collector.store(static_cast<std::uint32_t>(gettid()), std::memory_order_release);
  robust_.head.list.next = &robust_.entry;
  robust_.entry.next = &robust_.head.list;
  robust_.head.futex_offset =
      reinterpret_cast<char*>(&page_->collector) - reinterpret_cast<char*>(&robust_.entry);
  syscall(SYS_set_robust_list, &robust_.head, sizeof(robust_.head));
}

void SessionPage::leave() { page_->mode.store(wire::Mode::kOff, std::memory_order_relaxed); }

void SessionPage::lie_down() { page_->sleeping.store(1, std::memory_order_seq_cst); }

void SessionPage::nap(Nanoseconds duration) {
  const timespec timeout = {duration.count() / 1'000'000'000, duration.count() % 1'000'000'000};
  syscall(SYS_futex, &page_->sleeping, FUTEX_WAIT, 1, &timeout, nullptr, 0);
}

void SessionPage::get_up() { page_->sleeping.store(0, std::memory_order_relaxed); }

void SessionPage::wake() {
  if (page_->sleeping.exchange(0, std::memory_order_seq_cst) == 0) return;
  syscall(SYS_futex, &page_->sleeping, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

}  // namespace heaptally
