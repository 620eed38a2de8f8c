/*
 * relay_hear.c - what choice 0 says is kept, for who judges drafts: its content, and the calls that it makes.
 *
 * It stands behind relay_mend, which numbers the pieces of calls. What is kept has a ceiling; whoever reads it
 * is told when there was more.
 */
#include "relay_inside.h"

void relay_hear_init(struct relay *r)
{
    r->heard = arena_alloc(r->arena, sizeof *r->heard);
    buf_init(&r->heard->content, RELAY_HEARD_MOST);
}

void relay_hear_fini(struct relay *r)
{
    if (!r->heard)
        return;
    buf_wipe(&r->heard->content);
    for (unsigned i = 0; i < r->heard->calls; i++)
        buf_wipe(&r->heard->call[i].arguments);
}

static struct relay_call_heard *call_of(struct relay_hearing *h, int64_t key)
{
    for (unsigned i = 0; i < h->calls; i++)
        if (h->call[i].key == key)
            return &h->call[i];
    if (h->calls == RELAY_HEARD_CALLS_MOST)
        return NULL;
    struct relay_call_heard *fresh = &h->call[h->calls++];
    *fresh = (struct relay_call_heard){ .key = key };
    buf_init(&fresh->arguments, RELAY_HEARD_MOST);
    return fresh;
}

void relay_hear_call(struct relay *r, int64_t key, struct slice name, struct slice arguments)
{
    struct relay_call_heard *call = call_of(r->heard, key);
    if (!call) {
        r->heard->is_cut = true;
        return;
    }
    if (name.len && call->name.len == 0)
        call->name = arena_copy(r->arena, name);
    buf_add(&call->arguments, arguments);
    r->heard->is_cut = r->heard->is_cut || call->arguments.full;
}

bool relay_hear(struct relay *r, struct doc *doc, struct buf *out, struct fault *why)
{
    (void)out;
    (void)why;
    struct relay_hearing *h = r->heard;
    if (!h)
        return true;
    for (size_t i = 0; i < doc->answer.text_count; i++) {
        const struct answer_text *t = &doc->answer.text[i];
        const struct doc_choice  *choice = doc_choice_at(doc, t->start);
        if (t->place != ANSWER_CONTENT || !choice || choice->index != 0)
            continue;
        buf_add(&h->content, t->text);
    }
    h->is_cut = h->is_cut || h->content.full;
    r->dialect->hear_calls(r, doc);
    return true;
}

bool relay_heard(struct relay *r, struct draft *out)
{
    *out = (struct draft){ 0 };
    if (!r->heard)
        return false;
    struct draft_call *call = arena_array(r->arena, r->heard->calls, sizeof *call);
    for (unsigned i = 0; i < r->heard->calls; i++)
        call[i] = (struct draft_call){ r->heard->call[i].name, buf_slice(&r->heard->call[i].arguments) };
    *out = (struct draft){ buf_slice(&r->heard->content), call, r->heard->calls };
    return !r->heard->is_cut;
}
