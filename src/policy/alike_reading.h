/*
 * alike_reading.h - a question while it is read; for alike_read.c and alike_numbers.c.
 */
#ifndef WEIR_POLICY_ALIKE_READING_H
#define WEIR_POLICY_ALIKE_READING_H

#include "alike_inside.h"

struct reading {
    const struct alike *alike;
    struct arena       *arena;
    struct alike_text  *out;
    size_t              at;             /* byte of the text */
    bool                begins;         /* the next word begins a sentence */
    bool                follows_number; /* the last word was a number in digits */
};

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static inline bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool is_letter(char c)
{
    return is_lower(c) || is_upper(c) || (unsigned char)c >= 0x80;
}

/* In small letters, ASCII's; in the arena. */
struct slice folded_of(struct arena *, struct slice text);

struct word *reading_add_word(struct reading *, struct slice text, struct slice folded);
void         reading_add_thing(struct reading *, enum thing_kind, struct slice text);
void         reading_add_unit(struct reading *, uint32_t unit);

/* ---- alike_numbers.c ---- */

/* "5", "5kg", "2nd", "1.5m", "20%", "$5k": what is before and behind the digits says what they count. False for
 * what is no number after all: "3D", "2fa", "1990s". */
bool reading_take_number(struct reading *, struct slice chunk);
/* 2024-03-05 is March 5, 2024. */
bool reading_take_date(struct reading *, struct slice chunk);
/* When all words are read: numbers that are spelled, "two hundred and five", "three million". A lone "one" is a
 * pronoun more often than not. */
void reading_take_spelled(struct reading *);

#endif
