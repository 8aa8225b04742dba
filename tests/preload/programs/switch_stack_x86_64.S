/* call_on_stack(top = rdi, function = rsi, argument = edx): on another stack, as runtimes with
   stacks of their own do it. Its frame is found again through the frame pointer. */
    .text
    .globl call_on_stack
    .type call_on_stack, @function
call_on_stack:
    .cfi_startproc
    push %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    mov %rsp, %rbp
    .cfi_def_cfa_register %rbp
    mov %rdi, %rsp
    mov %edx, %edi
    call *%rsi
    mov %rbp, %rsp
    pop %rbp
    .cfi_def_cfa %rsp, 8
    ret
    .cfi_endproc
    .size call_on_stack, . - call_on_stack

/* leaf_store(place = rdi): stores without touching the stack. */
    .globl leaf_store
    .type leaf_store, @function
leaf_store:
    .cfi_startproc
    movb $1, (%rdi)
    ret
    .cfi_endproc
    .size leaf_store, . - leaf_store

/* popped_store(place = rdi): stores when the frame pointer has just been restored; its saved
   value, which the call-frame information still names, lies below the stack pointer. */
    .globl popped_store
    .type popped_store, @function
popped_store:
    .cfi_startproc
    push %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    mov %rsp, %rbp
    .cfi_def_cfa_register %rbp
    pop %rbp
    .cfi_def_cfa %rsp, 8
    movb $1, (%rdi)
    ret
    .cfi_endproc
    .size popped_store, . - popped_store

    .section .note.GNU-stack, "", @progbits
