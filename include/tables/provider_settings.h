/*
 * provider_settings.h - the deadlines of a provider, one line each; see settings.h.
 *
 *                key           field           least  most      default  about
 */
PROVIDER_SETTING("connect",    connect_ms,     10,    600000,   5000,    "until connected, TLS included")
PROVIDER_SETTING("first_byte", first_byte_ms,  100,   3600000,  300000,  "from the request's last byte to the answer's first")
PROVIDER_SETTING("idle",       idle_ms,        100,   3600000,  120000,  "between two bytes of an answer")
PROVIDER_SETTING("progress",   progress_ms,    100,   3600000,  300000,  "between two words of an answer: pings and comments are none")
PROVIDER_SETTING("patience",   patience_ms,    0,     600000,   10000,   "that it may ask us to wait (429), where nobody else can be asked")
PROVIDER_SETTING("warm",       warm_ms,        0,     86400000, 600000,  "after its last use, that a TLS connection is kept open for the next")
PROVIDER_SETTING("startup",    startup_ms,     100,   3600000,  60000,   "until a generator that Weir starts is healthy")
