/*
 * reference.h - what Python said of some texts: the rows of a file in tests/reference, a JSON object a line.
 * Include cmocka first.
 */
#ifndef WEIR_TESTS_UNIT_SLM_REFERENCE_H
#define WEIR_TESTS_UNIT_SLM_REFERENCE_H

#include "base/slice.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* The number of rows read, each of them the caller's to json_decref(). More than `most` fail the tests. */
static size_t read_rows(const char *path, json_t **row, size_t most)
{
    FILE  *file = fopen(path, "r");
    char  *line = NULL;
    size_t cap = 0, rows = 0;
    assert_non_null(file);
    while (getline(&line, &cap, file) > 0) {
        assert_in_range(rows, 0, most - 1);
        row[rows] = json_loads(line, JSON_ALLOW_NUL, NULL);
        assert_non_null(row[rows++]);
    }
    free(line);
    fclose(file);
    return rows;
}

/* The text that a row is about; lives as long as the row. */
static struct slice text_of(const json_t *row)
{
    const json_t *text = json_object_get(row, "text");
    return slice_of(json_string_value(text), json_string_length(text));
}

#endif
