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

/* Writes the character, four bytes at most; how many they were. */
size_t view_put_utf8(uint32_t code, char *out);

/*
 * Undoing disguises: full-width and other scripts' digits, full-width letters, zero-width characters (gone),
 * spaces and hyphens of every width, percent and HTML encoding, "[at]" and "(dot)", digits that stand one by
 * one. All else stays. VIEW_DISGUISE is a regex for what all but the last look like, VIEW_LONE_DIGITS a shape
 * for these: a text with neither needs no view.
 */
#define VIEW_DISGUISE                                                                                          \
    "(?i)%[2-7c-e][0-9a-f]|&#x?[0-9a-f]|[\\[(](?:at|dot)[\\])]|\\xEF[\\xBB-\\xBD]|\\xE2\\x80[\\x8B-\\x8F]|"    \
    "\\xE2\\x81\\xA0|"                                                                                         \
    "[0-9](?:\\xC2[\\xA0\\xAD]|\\xE2\\x80[\\x80-\\x95\\xAF]|\\xE2\\x88\\x92|\\xE3\\x80\\x80)|[\\xD9\\xDB]["    \
    "\\xA0-\\xB9]|"                                                                                            \
    "\\xE0\\xA5[\\xA6-\\xAF]|\\xF0\\x9D\\x9F|[a-z]\\xC2\\xAD"
#define VIEW_LONE_DIGITS "9,9,9,9,9,9,9,9|9.9.9.9.9.9.9.9"

/* The text must outlive it. */
void view_init_undisguised(struct view *, struct slice text);
void view_fini(struct view *);

#endif
