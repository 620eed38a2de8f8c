/*
 * openai_inside.h - what the readers of OpenAI's requests and answers share.
 */
#ifndef WEIR_WIRE_OPENAI_INSIDE_H
#define WEIR_WIRE_OPENAI_INSIDE_H

#include "wire/json.h"

/*
 * Has s the shape of a protocol word (an enum's value, an id, a tool's name)? At most 128 letters, digits and
 * "_-.:/", with a letter among them. A field meant for such words holds nothing to redact while this is so;
 * whatever else a client puts there is read as text.
 */
bool openai_is_word(struct slice s);

#endif
