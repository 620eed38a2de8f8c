/* spend_names.c - how what is summed is called, and a request's tab. See spend.h. */
#include "spend_inside.h"

#include "base/buf.h"
#include "base/die.h"
#include "ledger.h"

/* ---- names ---- */

void spend_sheet_key(struct buf *out, const char *team, const char *day)
{
    buf_add_str(out, "weir:{team:");
    ledger_name(out, team);
    buf_printf(out, "}:spend:%s", day);
}

void spend_teams_key(struct buf *out, const char *day)
{
    buf_printf(out, "weir:{all}:spend:%s", day);
}

char *text_taken(struct buf *b)
{
    buf_add_byte(b, '\0');
    char *text = die_if_null(strndup(b->ptr, b->len));
    buf_fini(b);
    return text;
}

static void add_part(struct buf *out, const char *name)
{
    ledger_name(out, name && *name ? name : "-");
}

char *row_name(const struct spent *r, const struct model *model)
{
    struct buf name;
    buf_init(&name, SPEND_NAME_MOST_BYTES);
    add_part(&name, r->payer->key);
    buf_add_byte(&name, ',');
    add_part(&name, r->payer->user);
    buf_add_byte(&name, ',');
    add_part(&name, model ? model->name : NULL);
    buf_add_byte(&name, ',');
    add_part(&name, r->route);
    for (unsigned i = 0; i < r->payer->tags; i++) {
        buf_add_byte(&name, i ? ':' : ',');
        add_part(&name, r->payer->tag[i]);
    }
    if (r->payer->tags == 0)
        buf_add_str(&name, ",-");
    return text_taken(&name);
}

char *row_name_beyond(const struct spent *r, const struct model *model)
{
    static const struct payer others = {
        .key = "(others)", .user = "(others)", .tag = { "(others)" }, .tags = 1
    };
    const struct spent all = { .payer = &others, .route = r->route };
    return row_name(&all, model);
}

/* ---- a request's tab ---- */

int64_t sum_most(int64_t a, int64_t b)
{
    int64_t all;
    return __builtin_add_overflow(a, b, &all) ? (b < 0 ? INT64_MIN : INT64_MAX) : all;
}

static int64_t known_tokens(int64_t tokens)
{
    return tokens > 0 ? tokens : 0;
}

void tab_add(struct tab *tab, const struct model *model, const struct answer_usage *usage, int64_t cost_nanousd)
{
    struct tab_line *line = tab->line;
    while (line < tab->line + tab->lines && line->model != model)
        line++;
    if (line == tab->line + TAB_MODELS_MOST)
        line--;
    else if (line == tab->line + tab->lines)
        *(tab->lines++, line) = (struct tab_line){ .model = model };
    line->calls++;
    line->unpriced += !model->price.is_known;
    line->input_tokens = sum_most(line->input_tokens, known_tokens(usage->prompt_tokens));
    line->cached_tokens = sum_most(line->cached_tokens, known_tokens(usage->cached_tokens));
    line->output_tokens = sum_most(line->output_tokens, known_tokens(usage->completion_tokens));
    line->cost_nanousd = sum_most(line->cost_nanousd, cost_nanousd);
}
