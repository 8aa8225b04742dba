/* syscall(number = rdi, ...): the real one as if it had been called itself, for some calls
   return twice or on another stack. Only seccomp and prctl are looked at. */
    .text
    .globl syscall
    .type syscall, @function
syscall:
    .cfi_startproc
    mov heaptally_real_syscall(%rip), %rax
    test %rax, %rax
    jz 2f
1:  cmp $317, %rdi
    je 3f
    cmp $157, %rdi
    je 4f
    jmp *%rax
2:  push %rdi
    .cfi_adjust_cfa_offset 8
    push %rsi
    .cfi_adjust_cfa_offset 8
    push %rdx
    .cfi_adjust_cfa_offset 8
    push %rcx
    .cfi_adjust_cfa_offset 8
    push %r8
    .cfi_adjust_cfa_offset 8
    push %r9
    .cfi_adjust_cfa_offset 8
    sub $8, %rsp
    .cfi_adjust_cfa_offset 8
    call heaptally_resolve_syscall
    add $8, %rsp
    .cfi_adjust_cfa_offset -8
    pop %r9
    .cfi_adjust_cfa_offset -8
    pop %r8
    .cfi_adjust_cfa_offset -8
    pop %rcx
    .cfi_adjust_cfa_offset -8
    pop %rdx
    .cfi_adjust_cfa_offset -8
    pop %rsi
    .cfi_adjust_cfa_offset -8
    pop %rdi
    .cfi_adjust_cfa_offset -8
    mov heaptally_real_syscall(%rip), %rax
    jmp 1b
3:  mov %rsi, %rdi
    mov %rdx, %rsi
    mov %rcx, %rdx
    jmp heaptally_seccomp
4:  mov %rsi, %rdi
    mov %rdx, %rsi
    mov %rcx, %rdx
    mov %r8, %rcx
    mov %r9, %r8
    xor %eax, %eax
    sub $8, %rsp
    .cfi_adjust_cfa_offset 8
    call heaptally_prctl
    add $8, %rsp
    .cfi_adjust_cfa_offset -8
    cltq
    ret
    .cfi_endproc
    .size syscall, . - syscall

    .section .note.GNU-stack, "", @progbits
