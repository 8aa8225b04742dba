/* Hooks that leave no frame: each ends in a jump to the real function, with the stack and the
   arguments as they came. */
    .macro save register
    push \register
    .cfi_adjust_cfa_offset 8
    .endm
    .macro restore register
    pop \register
    .cfi_adjust_cfa_offset -8
    .endm
    .text

/* __libc_start_main(main = rdi, ...): what executables begin with. Where exits are to be marked,
   libc is to call heaptally_main. */
    .globl __libc_start_main
    .type __libc_start_main, @function
__libc_start_main:
    .cfi_startproc
    mov heaptally_real_start_main(%rip), %rax
    test %rax, %rax
    jnz 1f
    save %rdi
    save %rsi
    save %rdx
    save %rcx
    save %r8
    save %r9
    sub $8, %rsp
    .cfi_adjust_cfa_offset 8
    call heaptally_resolve_start
    add $8, %rsp
    .cfi_adjust_cfa_offset -8
    restore %r9
    restore %r8
    restore %rcx
    restore %rdx
    restore %rsi
    restore %rdi
    mov heaptally_real_start_main(%rip), %rax
1:  cmpb $0, heaptally_marks_exit(%rip)
    je 2f
    mov %rdi, heaptally_real_main(%rip)
    lea heaptally_main(%rip), %rdi
2:  jmp *%rax
    .cfi_endproc
    .size __libc_start_main, . - __libc_start_main

/* main's place: main(argc = rdi, argv = rsi, environment = rdx) */
    .type heaptally_main, @function
heaptally_main:
    .cfi_startproc
    save %rdi
    save %rsi
    save %rdx
    call heaptally_begin_main
    restore %rdx
    restore %rsi
    restore %rdi
    jmp *heaptally_real_main(%rip)
    .cfi_endproc
    .size heaptally_main, . - heaptally_main

/* exit(status = rdi) */
    .globl exit
    .type exit, @function
exit:
    .cfi_startproc
    save %rdi
    cmpq $0, heaptally_real_exit(%rip)
    jne 1f
    call heaptally_resolve_start
1:  cmpb $0, heaptally_marks_exit(%rip)
    je 2f
    call heaptally_begin_exit
2:  restore %rdi
    jmp *heaptally_real_exit(%rip)
    .cfi_endproc
    .size exit, . - exit

    .section .note.GNU-stack, "", @progbits
