/*
 * metrics.h - counters of what happens, told at /metrics in Prometheus' text format (0.0.4).
 *
 * Each loop counts for itself, without locks; telling adds them up. Labels are words of ours or names from the
 * settings, never a client's text (law 6).
 */
#ifndef WEIR_METRICS_H
#define WEIR_METRICS_H

#include "base/buf.h"
#include "base/fault.h"
#include "policy/draft.h"
#include "trouble.h"

enum metric {
#define METRIC(name, kind, prometheus_name, help) METRIC_##name,
#include "tables/metrics.h"
#undef METRIC
    METRICS
};

struct metrics; /* of one thread, which alone counts with it */

/* Known to metrics_write() until it is freed; what it counted stays counted, what it gauged does not. */
struct metrics *metrics_new(void);
void            metrics_free(struct metrics **);

void metrics_add(struct metrics *, enum metric, int64_t);
void metrics_set(struct metrics *, enum metric, int64_t);   /* gauges */
void metrics_fault(struct metrics *, enum fault_kind);      /* weir_faults_total{fault="…"} */
void metrics_doubt(struct metrics *, enum doubt);           /* weir_doubts_total{doubt="…"} */
void metrics_trouble(struct metrics *, enum redis_trouble); /* weir_redis_troubles_total{trouble="…"} */

/* weir_model_*{model="…",zone="…"}; names are copied. The first 64 models of a thread have series of their own,
 * later ones share model="other". */
void metrics_model(struct metrics *, const char *model, const char *zone, int64_t cost_nanousd,
                   int64_t prompt_tokens, int64_t completion_tokens);

/* Histograms: the whole request; and Weir's own share of it, 0 where that is not known. */
void metrics_latency_ms(struct metrics *, int64_t whole_ms, int64_t own_us);

/* For who writes series of their own beside these: a head, and name="value" with what the format escapes. */
void metrics_write_head(struct buf *out, const char *name, const char *kind, const char *help);
void metrics_write_label(struct buf *out, const char *name, const char *value);

/* All threads' sums. From any thread. */
void metrics_write(struct buf *out);

#endif
