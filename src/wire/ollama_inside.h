/* ollama_inside.h - what both ways of Ollama's requests know; for src/wire/ollama_*.c alone. */
#ifndef WEIR_WIRE_OLLAMA_INSIDE_H
#define WEIR_WIRE_OLLAMA_INSIDE_H

/* What is a member with OpenAI and one of "options" with Ollama; ends in a line without keys. */
struct ollama_option {
    const char *openai, *ollama;
};
extern const struct ollama_option ollama_options[];

#endif
