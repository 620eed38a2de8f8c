/*
 * budgets.h - how the budgets stand: of each rule of `cost:` that has one, every payer who has spent from it in
 * the window that runs now. The admin API and `weir budgets` both come here.
 *
 * Redis is searched for the ledger's lines (ledger.h), a piece at a time, so that it is never held up for long.
 */
#ifndef WEIR_BUDGETS_H
#define WEIR_BUDGETS_H

#include "ledger.h"
#include "policy/costs.h"
#include "policy/decide.h"

enum { BUDGET_LINES_MOST = 20000 }; /* looked at in one go; beyond it some are not told */

/* One payer's; "" where the rule does not count apart by that. */
struct budget_line {
    const char *team, *key, *user, *tag, *model, *provider;
    int64_t     spent_nanousd, reserved_nanousd;
};

struct budget_state {
    const struct budget *budget; /* (ref in the policy) */
    struct span          span;   /* the window that runs now */
    struct budget_line  *line;   /* who has least left comes first */
    size_t               lines, cap;
};

/* state is NULL where Redis did not answer. Valid during the call, which never comes from within. */
typedef void on_budgets_fn(void *arg, const struct budget_state *, size_t count, bool is_cut,
                           const struct fault *why);

/* only: the rule's name, "" for all; team: lines of this team alone, "" for all. All are refs until the call,
 * and the arena holds what is told. */
void budgets_ask(struct redis *, struct arena *, const struct policy *, const char *only, const char *team,
                 int64_t wall_ms, on_budgets_fn *, void *arg);

/* What is left of the budget for a payer; never less than 0. */
int64_t budget_left(const struct budget *, const struct budget_line *);

/* "user ann of team interns", "everything": whose line it is. */
void budget_line_words(const struct budget_line *, struct buf *out);

/* {"data": […], "is_cut": …}: each rule, and its first `most` lines. */
void budgets_write_json(struct buf *, const struct budget_state *, size_t count, bool is_cut, size_t most);

#endif
