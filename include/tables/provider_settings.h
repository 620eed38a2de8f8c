/*
 * provider_settings.h - the deadlines of a provider, one line each; see settings.h.
 *
 *                key           field           least  most      default  about
 */
PROVIDER_SETTING("connect",    connect_ms,     10,    600000,   5000,    "until connected, TLS included")
PROVIDER_SETTING("first_byte", first_byte_ms,  100,   3600000,  300000,  "from the request's last byte to the answer's first")
PROVIDER_SETTING("idle",       idle_ms,        100,   3600000,  120000,  "between two bytes of an answer")
