/*
 * shapes.h - where a number of one of many shapes may stand; tables/pii_numbers.h tells how shapes are written.
 *
 * A hundred shapes cost little more than one: a text without digits is passed over, and where one stands, the
 * letters and digits around it are told apart once, and two masks a shape say whether it is worth a look. (As
 * patterns of Hyperscan, which has no letters to go by in them, they made the scan four times as slow and took
 * most of a second to compile.)
 */
#ifndef WEIR_SRC_PRIVACY_SHAPES_H
#define WEIR_SRC_PRIVACY_SHAPES_H

#include "checks.h"

struct shapes;

struct shapes *shapes_new(void);
void           shapes_free(struct shapes **);

/* The alternatives of one number, which `id` names; the string must outlive the shapes. */
void shapes_add(struct shapes *, const char *alternatives, unsigned id);

/* Calls on_shape for each place that has a shape, until it returns false. Nothing is said of what stands beside
 * the place, but that it does not begin within a word. */
typedef bool on_shape_fn(void *arg, unsigned id, struct place);
bool         shapes_each(const struct shapes *, struct slice text, on_shape_fn *, void *arg);

#endif
