/* heaptally_call_on_stack(top = rdi, function = rsi, argument = rdx) */
    .text
    .globl heaptally_call_on_stack
    .hidden heaptally_call_on_stack
    .type heaptally_call_on_stack, @function
heaptally_call_on_stack:
    .cfi_startproc
    push %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    mov %rsp, %rbp
    .cfi_def_cfa_register %rbp
    mov %rdi, %rsp
    mov %rdx, %rdi
    call *%rsi
    mov %rbp, %rsp
    pop %rbp
    .cfi_def_cfa %rsp, 8
    ret
    .cfi_endproc
    .size heaptally_call_on_stack, . - heaptally_call_on_stack

/* heaptally_capture_registers(registers = rdi) */
    .globl heaptally_capture_registers
    .hidden heaptally_capture_registers
    .type heaptally_capture_registers, @function
heaptally_capture_registers:
    .cfi_startproc
    mov %rbx, 0(%rdi)
    mov %rbp, 8(%rdi)
    lea 8(%rsp), %rax
    mov %rax, 16(%rdi)
    mov %r12, 24(%rdi)
    mov %r13, 32(%rdi)
    mov %r14, 40(%rdi)
    mov %r15, 48(%rdi)
    mov (%rsp), %rax
    mov %rax, 56(%rdi)
    ret
    .cfi_endproc
    .size heaptally_capture_registers, . - heaptally_capture_registers

    .section .note.GNU-stack, "", @progbits
