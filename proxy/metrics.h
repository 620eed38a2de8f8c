/*
 * metrics.h - counters of what happens, told at /metrics in Prometheus' text format.
 *
 * Each loop counts for itself, without locks; telling adds them up. Labels are words of ours or names from the
 * settings, never a client's text (law 6).
 */
#ifndef WEIR_METRICS_H
#define WEIR_METRICS_H

#include "base/buf.h"
#include "base/fault.h"

enum metric {
#define METRIC(name, kind, prometheus_name, help) METRIC_##name,
#include "tables/metrics.h"
#undef METRIC
    METRICS
};

struct metrics; /* of one thread */

struct metrics      *
metrics_new(void); /* known to metrics_write() until it is freed; what it counted stays counted */
void metrics_free(struct metrics **);

void metrics_add(struct metrics *, enum metric, int64_t);
void metrics_set(struct metrics *, enum metric, int64_t); /* gauges */
void metrics_fault(struct metrics *, enum fault_kind);    /* weir_faults_total{fault="…"} */
void metrics_model(
    struct metrics *, const char *model, const char *zone, int64_t cost_nanousd, int64_t prompt_tokens,
    int64_t completion_tokens); /* weir_model_*{model="…",zone="…"}; at most 64 different models a thread */
void metrics_latency_ms(struct metrics *, int64_t whole_ms,
                        int64_t own_us); /* histograms: whole request; Weir's own share */

/* All threads' sums. From any thread. */
void metrics_write(struct buf *out);

#endif
