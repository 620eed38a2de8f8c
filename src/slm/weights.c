/*
 * weights.c - the safetensors reader.
 *
 * The header is a stranger's, so it is believed in nothing: its length must fit the file, it must be one JSON
 * object without a key twice, and each tensor's bytes must lie in the file and be as many as its shape and type
 * say. That is all checked when the file is opened.
 */
#include "slm/weights.h"

#include "base/die.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "safetensors are little-endian, and read in place");

enum { LENGTH_BYTES = 8, HEADER_BYTES_MOST = 100 << 20, DIMENSIONS_MOST = 8 };

/* A tensor that was made wider. */
struct widened {
    struct widened *next;
    float           x[];
};

struct weights {
    struct slice    file;
    bool            is_mapped; /* file is a mapping of ours */
    struct slice    data;      /* the tensors (ref in file) */
    json_t         *header;    /* name -> {dtype, shape, data_offsets} */
    struct widened *widened;   /* those that are in use */
    char            name[256]; /* for faults */
};

static const struct {
    const char *name;
    size_t      bytes;
} dtypes[] = {
    { "F64", 8 }, { "I64", 8 }, { "U64", 8 },     { "F32", 4 },     { "I32", 4 },
    { "U32", 4 }, { "F16", 2 }, { "BF16", 2 },    { "I16", 2 },     { "U16", 2 },
    { "I8", 1 },  { "U8", 1 },  { "F8_E4M3", 1 }, { "F8_E5M2", 1 }, { "BOOL", 1 },
};

/* Bytes of one number, 0 for a type that is not known. */
static size_t dtype_bytes(const char *dtype)
{
    for (size_t i = 0; dtype && i < sizeof dtypes / sizeof *dtypes; i++)
        if (strcmp(dtype, dtypes[i].name) == 0)
            return dtypes[i].bytes;
    return 0;
}

/* A tensor's header entry, believed after this. */
static bool check_tensor(const struct weights *w, const char *name, const json_t *entry, struct fault *why)
{
    const char   *dtype = json_string_value(json_object_get(entry, "dtype"));
    const json_t *shape = json_object_get(entry, "shape");
    const json_t *offsets = json_object_get(entry, "data_offsets");
    size_t        bytes = dtype_bytes(dtype);
    if (!bytes)
        return fault_set(why, FAULT_UNSUPPORTED, "%s: tensor %s has no type that is known", w->name, name);
    if (!json_is_array(shape) || json_array_size(shape) > DIMENSIONS_MOST || json_array_size(offsets) != 2)
        return fault_set(why, FAULT_UNSUPPORTED, "%s: tensor %s has no shape or no place", w->name, name);
    for (size_t i = 0; i < json_array_size(shape); i++) {
        json_int_t length = json_integer_value(json_array_get(shape, i));
        if (!json_is_integer(json_array_get(shape, i)) || length < 0 ||
            __builtin_mul_overflow(bytes, (size_t)length, &bytes))
            return fault_set(why, FAULT_UNSUPPORTED, "%s: tensor %s has no possible shape", w->name, name);
    }
    json_int_t from = json_integer_value(json_array_get(offsets, 0));
    json_int_t to = json_integer_value(json_array_get(offsets, 1));
    if (from < 0 || to < from || (size_t)to > w->data.len)
        return fault_set(why, FAULT_UNSUPPORTED, "%s: tensor %s lies outside the file", w->name, name);
    if ((size_t)(to - from) != bytes)
        return fault_set(why, FAULT_UNSUPPORTED, "%s: tensor %s has %lld bytes, its shape needs %zu", w->name,
                         name, (long long)(to - from), bytes);
    return true;
}

static bool read_header(struct weights *w, struct fault *why)
{
    uint64_t length;
    if (w->file.len < LENGTH_BYTES)
        return fault_set(why, FAULT_UNSUPPORTED, "%s is too short to be safetensors", w->name);
    memcpy(&length, w->file.ptr, LENGTH_BYTES);
    if (length > w->file.len - LENGTH_BYTES || length > HEADER_BYTES_MOST)
        return fault_set(why, FAULT_UNSUPPORTED, "%s: the header is longer than the file, or absurdly long",
                         w->name);
    w->data = slice_cut(w->file, LENGTH_BYTES + length, w->file.len);

    json_error_t error;
    w->header = json_loadb(w->file.ptr + LENGTH_BYTES, length, JSON_REJECT_DUPLICATES, &error);
    if (!w->header)
        return fault_set(why, FAULT_UNSUPPORTED, "%s: the header is not JSON: %s", w->name, error.text);
    if (!json_is_object(w->header))
        return fault_set(why, FAULT_UNSUPPORTED, "%s: the header is not an object", w->name);

    const char *name;
    json_t     *entry;
    json_object_foreach(w->header, name, entry) if (strcmp(name, "__metadata__") != 0 &&
                                                    !check_tensor(w, name, entry, why)) return false;
    return true;
}

struct weights *weights_read(struct slice file, const char *name, struct fault *why)
{
    struct weights *w = must_calloc(1, sizeof *w);
    w->file = file;
    strncpy(w->name, name, sizeof w->name - 1);
    if (!read_header(w, why))
        weights_close(&w);
    return w;
}

static struct slice map_file(const char *path, struct fault *why)
{
    struct stat  info;
    struct slice file = { NULL, 0 };
    int          fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0) {
        fault_set(why, FAULT_UNSUPPORTED, "%s: %s", path, strerror(errno));
    } else if (!S_ISREG(info.st_mode) || info.st_size <= 0) {
        fault_set(why, FAULT_UNSUPPORTED, "%s is empty or no file", path);
    } else {
        void *bytes = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (bytes != MAP_FAILED)
            file = slice_of(bytes, (size_t)info.st_size);
        else
            fault_set(why, FAULT_UNSUPPORTED, "%s: %s", path, strerror(errno));
    }
    if (fd >= 0)
        close(fd);
    return file;
}

struct weights *weights_open(const char *path, struct fault *why)
{
    struct slice file = map_file(path, why);
    if (!file.ptr)
        return NULL;
    struct weights *w = weights_read(file, path, why);
    if (w)
        w->is_mapped = true;
    else
        munmap((void *)file.ptr, file.len);
    return w;
}

void weights_close(struct weights **w)
{
    if (!*w)
        return;
    for (struct widened *one; (one = (*w)->widened);) {
        (*w)->widened = one->next;
        free(one);
    }
    json_decref((*w)->header);
    if ((*w)->is_mapped)
        munmap((void *)(*w)->file.ptr, (*w)->file.len);
    free(*w);
    *w = NULL;
}

bool weights_has(const struct weights *w, const char *tensor)
{
    return json_object_get(w->header, tensor) != NULL;
}

static size_t dimension(const json_t *entry, size_t i)
{
    return (size_t)json_integer_value(json_array_get(json_object_get(entry, "shape"), i));
}

static bool is_shape(const json_t *entry, size_t rows, size_t columns)
{
    size_t rank = json_array_size(json_object_get(entry, "shape"));
    if (rank == 1)
        return rows == 1 && dimension(entry, 0) == columns;
    return rank == 2 && dimension(entry, 0) == rows && dimension(entry, 1) == columns;
}

/* The sign, five bits of exponent above 15, ten of mantissa. What is below the normal numbers comes out right,
 * since the multiplication moves its leading bit. (IEEE 754-2008, 3.6) */
static float float_of_f16(uint16_t half)
{
    uint32_t bits = (uint32_t)(half & 0x7FFF) << 13, sign = (uint32_t)(half & 0x8000) << 16;
    float    x;
    memcpy(&x, &bits, sizeof x);
    x *= 0x1p112f;
    memcpy(&bits, &x, sizeof x);
    if ((half & 0x7C00) == 0x7C00)
        bits |= 0x7F800000; /* infinite, or no number */
    bits |= sign;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* The upper half of a float. */
static float float_of_bf16(uint16_t half)
{
    uint32_t bits = (uint32_t)half << 16;
    float    x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static const float *widen(struct weights *w, const char *bytes, size_t count, float (*float_of)(uint16_t))
{
    struct widened *one = must_calloc(1, sizeof *one + count * sizeof *one->x);
    for (size_t i = 0; i < count; i++) {
        uint16_t half;
        memcpy(&half, bytes + i * sizeof half, sizeof half);
        one->x[i] = float_of(half);
    }
    one->next = w->widened;
    w->widened = one;
    return one->x;
}

const float *weights_floats(struct weights *w, const char *tensor, size_t rows, size_t columns,
                            struct fault *why)
{
    const json_t *entry = json_object_get(w->header, tensor);
    if (!entry) {
        fault_set(why, FAULT_UNSUPPORTED, "%s: tensor %s is missing", w->name, tensor);
        return NULL;
    }
    if (!is_shape(entry, rows, columns)) {
        fault_set(why, FAULT_UNSUPPORTED, "%s: tensor %s is not of shape %zu x %zu", w->name, tensor, rows,
                  columns);
        return NULL;
    }
    const char *dtype = json_string_value(json_object_get(entry, "dtype"));
    const char *bytes =
        w->data.ptr + json_integer_value(json_array_get(json_object_get(entry, "data_offsets"), 0));
    if (strcmp(dtype, "F16") == 0)
        return widen(w, bytes, rows * columns, float_of_f16);
    if (strcmp(dtype, "BF16") == 0)
        return widen(w, bytes, rows * columns, float_of_bf16);
    if (strcmp(dtype, "F32") != 0) {
        fault_set(why, FAULT_UNSUPPORTED, "%s: tensor %s is %s; F32, F16 and BF16 are served", w->name, tensor,
                  dtype);
        return NULL;
    }
    if ((uintptr_t)bytes % sizeof(float) != 0) {
        fault_set(why, FAULT_UNSUPPORTED, "%s: tensor %s does not begin at a multiple of four bytes", w->name,
                  tensor);
        return NULL;
    }
    return (const float *)(const void *)bytes;
}

/* Whether it was one of those that were made wider: it is freed. */
static bool free_widened(struct weights *w, const float *floats)
{
    struct widened **at = &w->widened;
    while (*at && (*at)->x != floats)
        at = &(*at)->next;
    struct widened *one = *at;
    if (!one)
        return false;
    *at = one->next;
    free(one);
    return true;
}

void weights_done_with(struct weights *w, const float *floats, size_t count)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = ((uintptr_t)floats + page - 1) / page * page;
    uintptr_t to = (uintptr_t)(floats + count) / page * page;
    if (!free_widened(w, floats) && w->is_mapped && from < to)
        madvise((void *)from, to - from, MADV_DONTNEED); /* read again from the file when touched */
}
