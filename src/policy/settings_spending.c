/* settings_spending.c - what savings are told against. */
#include "settings_parts.h"

#include "policy/savings.h"

void read_spending(struct setup *s)
{
    const struct yaml *spending = yaml_get(s->root, "spending");
    const char        *name = setup_text(s, spending, "baseline");
    s->settings->baseline = name ? settings_model(s->settings, slice_str(name)) : dearest_model(s->settings);
    if (name && !s->settings->baseline)
        diag_error(s->diag, yaml_get(spending, "baseline")->place, "there is no model \"%s\"", name);
}
