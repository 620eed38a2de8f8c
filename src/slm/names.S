/* names.S - src/slm/names.bin as it is, inside the binary; names.h describes it. */
    .section .rodata
    .balign 64
    .globl names_bin
    .globl names_bin_end
names_bin:
    .incbin "names.bin"
names_bin_end:
    .section .note.GNU-stack, "", %progbits
