/* heads.S - src/slm/heads.bin as it is, inside the binary; heads.h describes it. */
    .section .rodata
    .balign 64
    .globl heads_bin
    .globl heads_bin_end
heads_bin:
    .incbin "heads.bin"
heads_bin_end:
    .section .note.GNU-stack, "", %progbits
