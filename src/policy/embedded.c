/* embedded.c - the files of policies/ that embedded.S put into the binary, by name. */
#include "policy/settings.h"

extern const char embedded_default[], embedded_default_end[];
extern const char embedded_privacy[], embedded_privacy_end[];
extern const char embedded_cost[], embedded_cost_end[];
extern const char embedded_health[], embedded_health_end[];
extern const char embedded_finance[], embedded_finance_end[];
extern const char embedded_personal[], embedded_personal_end[];
extern const char embedded_secrets[], embedded_secrets_end[];
extern const char embedded_prices[], embedded_prices_end[];

struct slice embedded_policy(const char *name)
{
    static const struct {
        const char *name, *start, *end;
    } files[] = {
        { "default.yaml", embedded_default, embedded_default_end },
        { "privacy.yaml", embedded_privacy, embedded_privacy_end },
        { "cost.yaml", embedded_cost, embedded_cost_end },
        { "health.yaml", embedded_health, embedded_health_end },
        { "finance.yaml", embedded_finance, embedded_finance_end },
        { "personal.yaml", embedded_personal, embedded_personal_end },
        { "secrets.yaml", embedded_secrets, embedded_secrets_end },
        { "prices.yaml", embedded_prices, embedded_prices_end },
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (strcmp(files[i].name, name) == 0)
            return slice_of(files[i].start, (size_t)(files[i].end - files[i].start));
    }
    return slice_of(NULL, 0);
}
