/*
 * redis_troubles.h - what may be wrong with Redis, one line each: the word in weir_redis_troubles_total{trouble} and in
 * x-weir-redis, and what a person is told.
 *
 *            name       word         words */
REDIS_TROUBLE(AWAY,      "away",      "Redis cannot be reached")
REDIS_TROUBLE(SLOW,      "slow",      "Redis does not answer in time")
REDIS_TROUBLE(LOADING,   "loading",   "Redis is reading its data and answers nothing yet")
REDIS_TROUBLE(BUSY,      "busy",      "Redis is held up by somebody's script")
REDIS_TROUBLE(READ_ONLY, "read-only", "Redis is a replica and takes no writes")
REDIS_TROUBLE(FULL,      "full",      "Redis' memory is full")
REDIS_TROUBLE(REFUSING,  "refusing",  "Redis takes nothing: its disk, too few replicas, or rights that Weir lacks")
