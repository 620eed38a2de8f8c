/*
 * topics.h - what a request may be about: the classes of the topic head, and the words that policies use for them.
 *
 * The order is the head's: src/slm/heads is trained against it.
 *
 *   name            word in policies
 */
TOPIC(MATH,         "math")
TOPIC(SCIENCE,      "science")
TOPIC(ENGINEERING,  "engineering")
TOPIC(CODE,         "code")
TOPIC(MEDICAL,      "medical")
TOPIC(LEGAL,        "legal")
TOPIC(FINANCE,      "finance")
TOPIC(BUSINESS,     "business")
TOPIC(HISTORY,      "history")
TOPIC(HUMANITIES,   "humanities")
TOPIC(SOCIAL,       "social")
TOPIC(GENERAL,      "general")
TOPIC(PEOPLE,       "people")
TOPIC(WRITING,      "writing")
TOPIC(SUMMARIZING,  "summarizing")
TOPIC(TRANSLATION,  "translation")
TOPIC(SMALL_TALK,   "small_talk")
