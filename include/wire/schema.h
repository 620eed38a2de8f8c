/*
 * schema.h - does a JSON value fit a JSON Schema? As much of the language as structured outputs and tools'
 * parameters use (OpenAI's subset, and what MCP servers and Pydantic write besides).
 *
 * Covered: true and false as schemas; type (a word or a list), nullable, enum, const; properties, required,
 * additionalProperties, minProperties, maxProperties; items, prefixItems, minItems, maxItems, uniqueItems;
 * minLength, maxLength (code points); minimum, maximum, exclusiveMinimum, exclusiveMaximum (a number, or draft
 * 4's yes), multipleOf; allOf, anyOf, oneOf, not; $ref within the document ("#", "#/$defs/x").
 *
 * Let pass: pattern and format (a client's regex is not run here), if/then/else, contains, dependent…,
 * unevaluated…, patternProperties (and additionalProperties beside it), a $ref that leads nowhere or elsewhere.
 * So "does not fit" is certain, and "fits" holds as far as is covered. Likewise after SCHEMA_STEPS_MOST
 * comparisons, or SCHEMA_DEPTH_MOST schemas within one another: an enemy's schema costs milliseconds at most.
 */
#ifndef WEIR_WIRE_SCHEMA_H
#define WEIR_WIRE_SCHEMA_H

#include "wire/json.h"

enum { SCHEMA_STEPS_MOST = 1 << 18, SCHEMA_DEPTH_MOST = 200 };

/* The value at `at` against the schema at `schema`; false with *keyword (static) naming what it fails. The
 * schemas' document is whole: its root is what "#" means. Unescaped keys are made in the arena. */
MUST_CHECK bool schema_fits(const struct json *schemas, json_at schema, const struct json *values, json_at at,
                            struct arena *, const char **keyword);

/* Do they say the same? Numbers by value, objects in any order. Texts of more than SCHEMA_STEPS_MOST
 * comparisons do not. */
bool json_same(const struct json *, json_at, const struct json *, json_at, struct arena *);

#endif
