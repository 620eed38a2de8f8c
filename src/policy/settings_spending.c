/* settings_spending.c - what savings are told against, and where alerts go. */
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

enum { ALERT_CONNECT_MS = 5000, ALERT_ANSWER_MS = 10000 };

/* What stands behind "?" goes into the request line as it stands. */
static bool is_query(struct slice query)
{
    for (size_t i = 0; i < query.len; i++)
        if ((unsigned char)query.ptr[i] <= ' ' || (unsigned char)query.ptr[i] >= 0x7F || query.ptr[i] == '#')
            return false;
    return true;
}

static void read_webhook(struct setup *s, const struct yaml *y, const char *text)
{
    struct provider *webhook = arena_alloc(s->arena, sizeof *webhook);
    struct slice     address = slice_cut(slice_str(text), 0, slice_find_byte(slice_str(text), '?'));
    struct slice     query = slice_cut(slice_str(text), address.len, SIZE_MAX);
    struct fault     why = { 0 };
    *webhook = (struct provider){ .name = "the webhook",
                                  .connect_ms = ALERT_CONNECT_MS,
                                  .first_byte_ms = ALERT_ANSWER_MS,
                                  .idle_ms = ALERT_ANSWER_MS };
    if (!url_parse(s->arena, address, &webhook->url, &why) || !is_query(query)) {
        diag_error(s->diag, y->place, "webhook: %s", why.kind ? why.detail : "the URL's query cannot be read");
        return;
    }
    if (!webhook->url.is_tls && !host_is_loopback(webhook->url.host))
        diag_error(s->diag, y->place,
                   "alerts would go unencrypted over the network; the webhook must begin with https://");
    s->settings->alerts.webhook = webhook;
    s->settings->alerts.path =
        arena_printf(s->arena, "%s%.*s", *webhook->url.path ? "" : "/", SLICE_ARG(query));
}

void read_alerts(struct setup *s)
{
    const struct yaml *alerts = yaml_get(s->root, "alerts");
    const char        *address = setup_text(s, alerts, "webhook"), *ca_file = setup_text(s, alerts, "ca_file");
    const char        *secret = setup_text(s, alerts, "secret");
    struct slice       from_file = setup_secret_file(s, alerts, "secret_file");
    if (address)
        read_webhook(s, yaml_get(alerts, "webhook"), address);
    if (s->settings->alerts.webhook && ca_file)
        s->settings->alerts.webhook->ca_file = setup_path(s, ca_file);
    s->settings->alerts.secret = from_file.len ? arena_cstr(s->arena, from_file) : secret;
}
