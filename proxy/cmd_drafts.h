/*
 * cmd_drafts.h - weir calibrate --drafts: how likely a draft is wrong, learned from answers with outcomes.
 */
#ifndef WEIR_CMD_DRAFTS_H
#define WEIR_CMD_DRAFTS_H

/* in NULL: stdin. Writes the head to `out`. Returns the exit status. */
int drafts_calibrate(const char *settings, const char *in, const char *out);

#endif
