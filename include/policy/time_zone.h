/*
 * time_zone.h - which wall clock a budget's day begins by: a fixed offset, or a zone of the IANA database with
 * its changes of summer time.
 *
 * A zone is read from the system's compiled files (TZif, RFC 8536), not asked of libc, whose TZ variable is one
 * for the whole process. Leap seconds are not looked at. Pure: nothing here reads a clock.
 */
#ifndef WEIR_POLICY_TIME_ZONE_H
#define WEIR_POLICY_TIME_ZONE_H

#include "base/arena.h"
#include "base/fault.h"

struct time_zone;

/* "+05:30", "-08:00": minutes east of Greenwich, within a day. NULL when it is no offset. */
MUST_CHECK const struct time_zone *time_zone_fixed(struct arena *, struct slice offset);

/* A TZif file's bytes, which must outlive the arena's zone only during the call. NULL with why (INTERNAL). */
MUST_CHECK const struct time_zone *time_zone_read(struct arena *, struct slice file, struct fault *why);

/* Seconds that local time is ahead of UTC at that moment (seconds since 1970). NULL is UTC. */
int64_t time_zone_offset(const struct time_zone *, int64_t utc_s);

/* The first moment at or after which a local clock shows local_s (seconds since 1970-01-01 00:00 local). What a
 * change of the clock leaves out begins where the clock jumps; what it shows twice begins the first time. */
int64_t time_zone_utc(const struct time_zone *, int64_t local_s);

/* Is it a name of the database, such as Europe/Berlin, and no path that leads out of it? */
bool time_zone_is_name(struct slice);

#endif
