/* view.c - see view.h. */
#include "view.h"

void view_carry_back(const struct view *v, struct findings *found)
{
    for (size_t i = 0; i < found->count; i++) {
        struct finding *f = &found->item[i];
        uint32_t        last = v->at[f->end - 1];
        size_t          end = f->end;
        while (end < v->text.len && v->at[end] == last)
            end++;
        f->start = v->at[f->start];
        f->end = v->at[end];
    }
}
