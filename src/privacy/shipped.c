/* shipped.c - the databases that were compiled when Weir was built; shipped.S holds them. See database.h. */
#include "database.h"

extern const char patterns_vbmi[], patterns_vbmi_end[], patterns_any[], patterns_any_end[];

hs_database_t *database_shipped(void)
{
    const struct slice best_first[] = {
        { patterns_vbmi, (size_t)(patterns_vbmi_end - patterns_vbmi) },
        { patterns_any, (size_t)(patterns_any_end - patterns_any) },
    };
    for (size_t i = 0; i < sizeof best_first / sizeof best_first[0]; i++) {
        hs_database_t *database = NULL;
        if (hs_deserialize_database(best_first[i].ptr, best_first[i].len, &database) == HS_SUCCESS)
            return database;
    }
    return NULL;
}
