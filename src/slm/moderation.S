/* moderation.S - src/slm/moderation.bin as it is, inside the binary; taught.h describes it, moderation.py made it. */
    .section .rodata
    .balign 64
    .globl moderation_bin
    .globl moderation_bin_end
moderation_bin:
    .incbin "moderation.bin"
moderation_bin_end:
    .section .note.GNU-stack, "", %progbits
