// All that is particular to x86-64 in the shim.
#pragma once

#if !defined(__x86_64__)
#error "heaptally's shim has no port to this architecture yet"
#endif

#include <ucontext.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace heaptally::preload {

// A system call that leaves errno alone: a negative result is -errno.
inline long raw_syscall(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0,
                        long f = 0) {
  long result;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}

// The time stamp counter, read after all earlier instructions have executed.
inline std::uint64_t read_time_stamp_counter() {
  std::uint32_t low, high, cpu;
  asm volatile("rdtscp" : "=a"(low), "=d"(high), "=c"(cpu)::"memory");
  return static_cast<std::uint64_t>(high) << 32 | low;
}

// The same, but it may be read before earlier instructions have executed.
inline std::uint64_t read_time_stamp_counter_early() {
  std::uint32_t low, high;
  asm volatile("rdtsc" : "=a"(low), "=d"(high)::"memory");
  return static_cast<std::uint64_t>(high) << 32 | low;
}

inline void spin_pause() { asm volatile("pause"); }

// What a step of the unwinder starts from: the registers that call-frame information
// of compiled code is written in.
struct Registers {
  std::uint64_t pc;
  std::uint64_t sp;
  std::uint64_t fp;
};

// The caller of the function whose frame address (__builtin_frame_address(0)) is given.
inline Registers caller_of(const void* frame_address) {
  const auto* words = static_cast<const std::uint64_t*>(frame_address);
  return {words[1], reinterpret_cast<std::uint64_t>(words + 2), words[0]};
}

// Code may use so many bytes below its stack pointer; a signal leaves them alone.
inline constexpr std::uint64_t kRedZone = 128;

// The return address of a call lies this far below the canonical frame address.
inline constexpr std::int64_t kReturnAddressSlot = -8;

// `mov $15, %rax; syscall`: what a signal handler returns to.
inline constexpr std::size_t kSignalReturnBytes = 9;
inline bool is_signal_return(const void* code) {
  static constexpr unsigned char kCode[kSignalReturnBytes] = {0x48, 0xc7, 0xc0, 0x0f, 0x00,
                                                              0x00, 0x00, 0x0f, 0x05};
  return std::memcmp(code, kCode, sizeof(kCode)) == 0;
}

// The registers that a signal interrupted lie within so many bytes above that frame's `sp`.
inline constexpr std::size_t kInterruptedBytes =
    offsetof(ucontext_t, uc_mcontext) + sizeof(mcontext_t::gregs);

// The registers that a signal interrupted; `sp` is that of the frame of the signal return.
inline Registers interrupted_by_signal(std::uint64_t sp) {
  const auto* context = reinterpret_cast<const ucontext_t*>(sp);
  const greg_t* registers = context->uc_mcontext.gregs;
  return {static_cast<std::uint64_t>(registers[REG_RIP]),
          static_cast<std::uint64_t>(registers[REG_RSP]),
          static_cast<std::uint64_t>(registers[REG_RBP])};
}

// Where they lie, each one's address in its place.
inline Registers places_interrupted_by_signal(std::uint64_t sp) {
  const auto* context = reinterpret_cast<const ucontext_t*>(sp);
  const greg_t* registers = context->uc_mcontext.gregs;
  return {reinterpret_cast<std::uint64_t>(registers + REG_RIP),
          reinterpret_cast<std::uint64_t>(registers + REG_RSP),
          reinterpret_cast<std::uint64_t>(registers + REG_RBP)};
}

// The thread control block, which glibc puts above the stack of each thread but the first.
inline std::uint64_t thread_control_block() {
  std::uint64_t block;
  asm("mov %%fs:0, %0" : "=r"(block));
  return block;
}

// The callee-saved registers at one place of this process.
struct FullRegisters {
  std::uint64_t rbx, rbp, rsp, r12, r13, r14, r15, rip;
};

// The registers as they are in the caller when this returns.
extern "C" void heaptally_capture_registers(FullRegisters* registers);

// Calls function(argument) on another stack; `top` is 16-byte aligned, past its end.
extern "C" void heaptally_call_on_stack(void* top, void (*function)(void*), void* argument);

}  // namespace heaptally::preload
