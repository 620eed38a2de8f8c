/*
 * serialize.c - runs when Weir is built: serialize any|vbmi PATH writes the database of the patterns that ship.
 *
 * The binary may be built on one machine and run on another. "any" asks no more of a processor than Hyperscan
 * itself does; "vbmi" is for those with AVX-512 VBMI, the one extension that the patterns gain by: they are
 * read in a bit more than half the time.
 */
#include "../database.h"

#include "base/die.h"

#include <stdio.h>
#include <stdlib.h>

static void serialize(const hs_platform_info_t *platform, const char *path)
{
    struct fault   why = { 0 };
    char          *bytes = NULL;
    size_t         count = 0;
    hs_database_t *database = database_compile(NULL, 0, 0, platform, &why);
    if (!database)
        die("%s", why.detail);
    if (hs_serialize_database(database, &bytes, &count) != HS_SUCCESS)
        die("the database cannot be serialized");
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, count, file) != count || fclose(file) != 0)
        die("%s cannot be written", path);
    free(bytes);
    hs_free_database(database);
}

int main(int argc, char **argv)
{
    static const hs_platform_info_t any = { .tune = HS_TUNE_FAMILY_GENERIC };
    static const hs_platform_info_t vbmi = {
        .tune = HS_TUNE_FAMILY_GENERIC,
        .cpu_features = HS_CPU_FEATURES_AVX2 | HS_CPU_FEATURES_AVX512 | HS_CPU_FEATURES_AVX512VBMI,
    };
    if (argc != 3)
        die("usage: serialize any|vbmi PATH");
    serialize(strcmp(argv[1], "vbmi") == 0 ? &vbmi : &any, argv[2]);
    return 0;
}
