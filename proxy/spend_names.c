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

/* Tags in their order, whatever order a client gives them in: they are one row. */
static void add_tags(struct buf *out, const struct payer *payer)
{
    const char *before = "";
    for (unsigned n = 0; n < payer->tags; n++) {
        const char *next = NULL;
        for (unsigned i = 0; i < payer->tags; i++)
            if (strcmp(payer->tag[i], before) > 0 && (!next || strcmp(payer->tag[i], next) < 0))
                next = payer->tag[i];
        if (!next)
            break;
        if (n)
            buf_add_byte(out, ':');
        add_part(out, next);
        before = next;
    }
    if (payer->tags == 0)
        buf_add_byte(out, '-');
}

void row_name(struct buf *out, const struct spent *r, const struct model *model)
{
    buf_reset(out);
    add_part(out, r->payer->key);
    buf_add_byte(out, ',');
    add_part(out, r->payer->user);
    buf_add_byte(out, ',');
    add_part(out, model ? model->name : NULL);
    buf_add_byte(out, ',');
    add_part(out, r->route);
    buf_add_byte(out, ',');
    add_tags(out, r->payer);
    buf_add_byte(out, '\0');
}

void row_name_beyond(struct buf *out, const struct spent *r, const struct model *model)
{
    static const struct payer others = {
        .key = "(others)", .user = "(others)", .tag = { "(others)" }, .tags = 1
    };
    static const struct model theirs = { .name = "(others)" };
    const struct spent        all = { .payer = &others, .route = r->route };
    row_name(out, &all, r->is_model_theirs ? &theirs : model);
}

/* ---- a request's tab ---- */

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
    line->input_tokens = sum_capped(line->input_tokens, known_tokens(usage->prompt_tokens));
    line->cached_tokens = sum_capped(line->cached_tokens, known_tokens(usage->cached_tokens));
    line->output_tokens = sum_capped(line->output_tokens, known_tokens(usage->completion_tokens));
    line->cost_nanousd = sum_capped(line->cost_nanousd, cost_nanousd);
}
