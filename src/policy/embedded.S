/* embedded.S - the files of policies/, inside the binary; embedded.c names them. */
        .section .rodata

        .macro file symbol, name
        .global \symbol
        .global \symbol\()_end
\symbol:
        .incbin "\name"
\symbol\()_end:
        .byte 0
        .endm

        file embedded_default, "policies/default.yaml"
        file embedded_privacy, "policies/privacy.yaml"
        file embedded_cost,    "policies/cost.yaml"
        file embedded_health,   "policies/health.yaml"
        file embedded_finance,  "policies/finance.yaml"
        file embedded_personal, "policies/personal.yaml"
        file embedded_secrets,  "policies/secrets.yaml"
        file embedded_prices,  "policies/prices.yaml"

        .section .note.GNU-stack, "", %progbits
