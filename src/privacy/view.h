/*
 * view.h - a text as it reads, not as it is written: escapes and disguises undone, and where each byte of it
 * stands.
 *
 * What is found in a view is carried back to the bytes that it was made of.
 */
#ifndef WEIR_SRC_PRIVACY_VIEW_H
#define WEIR_SRC_PRIVACY_VIEW_H

#include "checks.h"

struct view {
    struct slice text;
    uint32_t    *at; /* where byte i of it was written; at[text.len] is the end of what was read */
};

/* The place in what was read. One that begins or ends inside what one escape stands for takes the whole escape.
 */
struct place view_back(const struct view *, struct place);

/* Makes a view of another view's text one of what that was made of. */
void view_through(struct view *, const struct view *under);

/*
 * Undoing disguises, one layer of them: characters that are read as ASCII's (tables/confusables.h), zero-width
 * characters (gone), spaces and hyphens of every width, percent and HTML encoding, JSON's and C's escapes,
 * base64 of a text, "[at]" and " dot ", digits that stand one by one or are spelled out as words. All else
 * stays.
 *
 * VIEW_DISGUISE is a regex for most of it, VIEW_LONE_DIGITS a shape for lone digits; what Hyperscan would be
 * slow at is looked for by view_is_needed(). A text in which none of the three finds anything needs no view.
 */
/* The trigger knows the commoner languages' longer words: Hyperscan is slow at many short ones, and of six in a
 * row two are long. */
#define VIEW_DIGIT_WORDS                                                                                       \
    "zero|one|two|three|four|five|six|seven|eight|nine|"                                                       \
    "null|eins|zwei|drei|vier|fünf|sechs|sieben|acht|neun|"                                                   \
    "zéro|deux|trois|quatre|cinq|sept|huit|neuf|"                                                             \
    "cero|tres|cuatro|cinco|seis|siete|ocho|nueve"
#define VIEW_DISGUISE                                                                                          \
    "(?i)%[2-7c-e][0-9a-f]|&#x?[0-9a-f]|&(?:amp|commat|period|num|nbsp);|[\\[({<] ?(?:at|dot) ?[\\])}>]|"      \
    " at [a-z0-9-]{1,40} dot [a-z]{2,3}\\b|\\\\u[0-9a-f]{4}|\\\\x[2-7][0-9a-f]|\\\\[\"/]|"                     \
    "\\xEF[\\xB9\\xBB-\\xBD]|\\xE2\\x80[\\x8B-\\x8F\\xA4]|\\xE2\\x81[\\xA0\\xB0-\\xB9]|\\xE2[\\x82\\x91-"      \
    "\\x93]|"                                                                                                  \
    "[0-9](?:\\xC2[\\xA0\\xAD]|\\xE2\\x80[\\x80-\\x95\\xAF]|\\xE2\\x88\\x92|\\xE3\\x80[\\x80\\x82])|"          \
    "[\\xD9\\xDB\\xDF][\\x80-\\xB9]|\\xE0[\\xA5-\\xBC][\\x90-\\x99\\xA0-\\xAF]|\\xE1[\\x81\\x9F\\xA0]|"        \
    "\\xF0\\x9D[\\x90-\\x9F]|\\xF0\\x9F\\xAF|[a-z]\\xC2\\xAD|[a-z0-9.]\\xE3\\x80\\x82|"                        \
    "[0-9]\\xC2[\\xB2\\xB3\\xB9]|"                                                                             \
    "\\b(?:" VIEW_DIGIT_WORDS ")[ ,.-]{1,2}(?:" VIEW_DIGIT_WORDS ")\\b"
#define VIEW_LONE_DIGITS "9,9,9,9,9,9,9,9|9.9.9.9.9.9.9.9"

/* Base64 of a text, or a letter of another script that touches one of ASCII's. */
bool view_is_needed(struct slice text);

/* The text must outlive it. */
void view_init_undisguised(struct view *, struct slice text);
void view_fini(struct view *);

/* Spelled-out digits and digits that stand one by one become a number, in place; spelled.c. */
void view_join_digits(struct view *);

#endif
