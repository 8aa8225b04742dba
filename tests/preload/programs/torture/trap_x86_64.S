/* trap_in_frame(): a signal at each stage of a frame's life; between two instructions the way to
   the caller is another one each time. */
    .text
    .globl trap_in_frame
    .type trap_in_frame, @function
trap_in_frame:
    .cfi_startproc
    int3
    push %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    int3
    mov %rsp, %rbp
    .cfi_def_cfa_register %rbp
    int3
    sub $80, %rsp
    int3
    push %rbx
    .cfi_offset %rbx, -104
    int3
    pop %rbx
    .cfi_restore %rbx
    leave
    .cfi_def_cfa %rsp, 8
    int3
    ret
    .cfi_endproc
    .size trap_in_frame, . - trap_in_frame

    .section .note.GNU-stack, "", @progbits
