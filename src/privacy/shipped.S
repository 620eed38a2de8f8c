/* shipped.S - the serialized databases of the patterns that ship, made by src/privacy/build/serialize.c. */
    .section .rodata
    .balign 64
    .globl patterns_vbmi
    .globl patterns_vbmi_end
patterns_vbmi:
    .incbin "patterns_vbmi.bin"
patterns_vbmi_end:
    .balign 64
    .globl patterns_any
    .globl patterns_any_end
patterns_any:
    .incbin "patterns_any.bin"
patterns_any_end:
    .section .note.GNU-stack, "", %progbits
