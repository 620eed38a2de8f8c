/*
 * settings.h - the settings that are a number, one line each; deploy/weir.yaml shows them to users.
 *
 * COUNT is a whole number, BYTES is written "64k", DURATION_MS "30s". Least, most and default are in the field's own unit.
 *
 *        section    key             kind         field              least  most             default        restart  about
 */
SETTING("",        "loops",        COUNT,       loops,             0,     256,             0,             true,    "event loops; 0 is one a core")
SETTING("slm",     "threads",      COUNT,       slm_threads,       0,     256,             0,             true,    "threads that inspect; 0 is half the cores")
SETTING("redis",   "deadline",     DURATION_MS, redis_ms,          1,     60000,           500,           true,    "for one reply of Redis")
SETTING("redis",   "patience",     DURATION_MS, redis_patience_ms, 1,     60000,           20,            true,    "for a reply that one can do without: cache, limits, and budgets that may be spent without Redis")
SETTING("budgets", "lease",        DURATION_MS, lease_ms,          1000,  3600000,         900000,        true,    "a call that runs longer counts at its worst, until it is over")
SETTING("budgets", "recovery",     DURATION_MS, recovery_ms,       100,   3600000,         30000,         true,    "after Redis has lost something: for so long nothing is reserved, while a proxy has yet to tell what it knows")
SETTING("keys",    "away",         DURATION_MS, keys_away_ms,      0,     7 * 86400000ll, 300000,        false,   "keys that are remembered are served so long while Redis is away")
SETTING("limits",  "head",         BYTES,       head_most_bytes,   1024,  1 << 20,         64 << 10,      false,   "a request's headers")
SETTING("limits",  "body",         BYTES,       body_most_bytes,   1024,  1 << 30,         32 << 20,      false,   "a request's body")
SETTING("limits",  "answer",       BYTES,       answer_most_bytes, 1024,  1 << 30,         64 << 20,      false,   "an answer that must be held whole")
SETTING("limits",  "client_idle",  DURATION_MS, client_idle_ms,    100,   86400000,        60000,         false,   "a client that sends nothing")
SETTING("limits",  "ping",        DURATION_MS, ping_ms,           0,     600000,          15000,         false,   "a stream in which nothing was said for so long says that it lives; 0 is never")
SETTING("limits",  "inspect",      DURATION_MS, inspect_ms,        10,    600000,          5000,          false,   "an inspection; past it the request counts as private")
SETTING("limits",  "tries",        DURATION_MS, tries_ms,          100,   86400000,          600000,        false,   "all tries of a request, until one of them is an answer that has begun")
SETTING("limits",  "summarize",    DURATION_MS, summarize_ms,      100,   600000,          30000,         false,   "all summaries of a long context; past it sentences are chosen")
SETTING("store",   "keep",         DURATION_MS, store_keep_ms,     0,     7776000000ll,  2592000000ll,  false,   "of what clients ask to keep, responses and chat completions; 0 keeps nothing")
SETTING("spending","keep",         DURATION_MS, spend_keep_ms,     86400000, 41472000000, 34560000000,  false,   "of each day's sums in Redis, from a day to 480: less than budgets, which a full Redis is to forget last")
SETTING("cache",   "most",            BYTES,       cache_most_bytes,  1 << 16, 1ll << 40,       256 << 20,     false,   "of the remembered answers of one team, or of one namespace that teams share; those that end soonest make room")
SETTING("cache",   "similar_most",    COUNT,       similar_most,      0,     10000000,      100000,        true,    "questions that are remembered for answering similar ones, some 600 bytes each here and 900 in Redis; the oldest make room")
SETTING("alerts",  "redis_away",   DURATION_MS, alerts_away_ms,    1000,  86400000,        30000,         false,   "Redis has not answered for so long: the webhook is told, where there are budgets")
SETTING("records", "most",         BYTES,       records_most_bytes, 65536, 1ll << 40,      64 << 20,      true,    "of records of drafts, the older half is forgotten beyond it")
