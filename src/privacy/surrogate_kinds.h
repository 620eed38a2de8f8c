/*
 * surrogate_kinds.h - how a kind's surrogate is drawn, a function each; for surrogate*.c alone.
 */
#ifndef WEIR_SRC_PRIVACY_SURROGATE_KINDS_H
#define WEIR_SRC_PRIVACY_SURROGATE_KINDS_H

#include "base/buf.h"

/* What a value is made over into. */
struct draw {
    struct slice value;
    const char  *source; /* the finding's, "" for none */
    uint64_t     state;  /* of the generator */
    struct buf  *out;
};

/* Appends to d->out; false where the value has a form that is not known here: then its shape is kept. */
typedef bool surrogate_fn(struct draw *);

surrogate_fn surrogate_card, surrogate_iban, surrogate_bic, surrogate_ssn, surrogate_ip, surrogate_mac,
    surrogate_wallet, surrogate_phone, surrogate_number;
surrogate_fn surrogate_email, surrogate_url, surrogate_user, surrogate_person, surrogate_place,
    surrogate_company, surrogate_address, surrogate_date, surrogate_coordinates;

/* From 0 to below - 1. */
unsigned draw_below(struct draw *, unsigned below);

/* A letter or digit in place of another: a digit for a digit, a small letter for a small one. */
char draw_like(struct draw *, char c);

/* The value's letters and digits alone, at most `most` of them; returns how many there are. */
size_t draw_letters(const struct draw *, char *out, size_t most);

/* The value with these letters and digits in place of its own; ASCII alone, without quotes and backslashes. */
void draw_fill(struct draw *, const char *letters, size_t count);

#endif
