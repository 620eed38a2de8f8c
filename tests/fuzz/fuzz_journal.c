/* fuzz_journal.c - any bytes as a journal's line: no entry, or one that is written as it was read. */
#include "base/die.h"
#include "journal.h"

int                      LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern const char *const fuzz_seeds[];

const char *const fuzz_seeds[] = {
    "d9f4b0ad4b2b7a3e - 3 24 42 1000000 9 0123-0.0 0123-0-7:500 weir:{team:a}:money:b:c",
    "0000000000000000 p 0 0 0 0 0 - a-0,a-1 peers", NULL
};

/* Its checksum put right, a line gets past the first look. */
static void seal(char *line, size_t size)
{
    enum { SUM_DIGITS = 16 };
    static const char digits[] = "0123456789abcdef";
    if (size <= SUM_DIGITS + 1)
        return;
    uint64_t sum = slice_hash(slice_of(line + SUM_DIGITS + 1, size - SUM_DIGITS - 1));
    for (int i = 0; i < SUM_DIGITS; i++)
        line[i] = digits[sum >> (60 - 4 * i) & 15];
    line[SUM_DIGITS] = ' ';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char                *line = must_calloc(size + 1, 1);
    struct journal_entry entry;
    struct buf           again;
    memcpy(line, data, size);
    seal(line, size);
    buf_init(&again, size + 256);
    if (strlen(line) == size && journal_read_line(line, size, &entry)) {
        char                *copy = NULL;
        struct journal_entry same;
        journal_write_line(&again, &entry);
        buf_add_byte(&again, '\0');
        copy = die_if_null(strdup(again.ptr));
        if (!journal_read_line(copy, again.len - 1, &same) || same.kind != entry.kind ||
            same.total_nanousd != entry.total_nanousd || strcmp(same.line, entry.line) != 0 ||
            strcmp(same.who, entry.who) != 0 || strcmp(same.lease, entry.lease) != 0)
            die("an entry is not read as it was written");
        free(copy);
    }
    buf_fini(&again);
    free(line);
    return 0;
}
