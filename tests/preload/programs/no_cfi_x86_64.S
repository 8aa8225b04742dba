/* Code without call-frame information. no_cfi_call(function = rdi, argument = esi) keeps a
   frame pointer; no_cfi_call_wild(function, argument, rbp = rdx) has something else in rbp,
   which the caller of both must not miss: it is restored. */
    .text
    .globl no_cfi_call
    .type no_cfi_call, @function
no_cfi_call:
    push %rbp
    mov %rsp, %rbp
    mov %rdi, %rax
    mov %esi, %edi
    call *%rax
    pop %rbp
    ret
    .size no_cfi_call, . - no_cfi_call

    .globl no_cfi_call_wild
    .type no_cfi_call_wild, @function
no_cfi_call_wild:
    push %rbp
    mov %rdx, %rbp
    mov %rdi, %rax
    mov %esi, %edi
    call *%rax
    pop %rbp
    ret
    .globl no_cfi_end
no_cfi_end:
    .size no_cfi_call_wild, . - no_cfi_call_wild

    .section .note.GNU-stack, "", @progbits
