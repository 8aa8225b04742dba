// Calls on a private stack, for what wants more stack than a small thread has left.
#pragma once

#include "preload/arch.h"
#include "preload/signal_block.h"

namespace heaptally::preload {

// Calls function(argument) on the stack that ends at `top`, with signals blocked: a handler that
// has asked for the alternate stack would be put at its top, for to the kernel the thread is not
// on it, though an interrupted handler's frames may lie there.
inline void call_on_private_stack(void* top, void (*function)(void*), void* argument) {
  const SignalBlock block;
  heaptally_call_on_stack(top, function, argument);
}

// The same for a function object without arguments.
template <class Function>
void call_on_private_stack(void* top, Function& function) {
  call_on_private_stack(
      top, [](void* argument) { (*static_cast<Function*>(argument))(); }, &function);
}

}  // namespace heaptally::preload
