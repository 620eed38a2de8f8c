/* names_read.c - the file of the names model, and the layers that come of it. */
#include "slm/names.h"

#include "base/die.h"
#include "file_reader.h"

extern const char names_bin[], names_bin_end[]; /* names.S */

/* ---- reading ---- */

struct shape {
    size_t outputs, inputs;
};

static void shapes_of(const struct names *n, struct shape shape[NAMES_PARTS])
{
    for (int i = 0; i < 4; i++)
        shape[i] = (struct shape){ n->hidden, n->hidden };
    shape[4] = (struct shape){ n->intermediate, n->hidden };
    shape[5] = (struct shape){ n->hidden, n->intermediate };
}

static void read_layer(struct file_reader *r, const struct names *n, struct names_layer *layer)
{
    struct shape shape[NAMES_PARTS];
    shapes_of(n, shape);
    for (int i = 0; i < NAMES_PARTS; i++) {
        struct names_part *p = &layer->part[i];
        p->left_scale = file_take_floats(r, shape[i].outputs);
        p->right_scale = file_take_floats(r, n->rank);
        p->bias = file_take_floats(r, shape[i].outputs);
        p->left = file_take(r, shape[i].outputs * n->rank);
        p->right = file_take(r, n->rank * shape[i].inputs);
    }
    layer->after_attention.gain = file_take_floats(r, n->hidden);
    layer->after_attention.shift = file_take_floats(r, n->hidden);
    layer->after_feed.gain = file_take_floats(r, n->hidden);
    layer->after_feed.shift = file_take_floats(r, n->hidden);
}

/* Sizes are bounded before anything is multiplied with them; rank keeps floats at multiples of 4. */
static bool is_believable(const struct names *n)
{
    return n->hidden > 0 && n->hidden <= SLM_DIM_MOST && n->hidden % 4 == 0 && n->intermediate > 0 &&
           n->intermediate <= 8 * SLM_DIM_MOST && n->intermediate % 4 == 0 && n->layers > 0 &&
           n->layers <= ENCODER_LAYERS_MOST && n->from <= ENCODER_LAYERS_MOST && n->rank > 0 &&
           n->rank <= NAMES_RANK_MOST;
}

bool names_read(struct slice file, struct names *out, struct fault *why)
{
    struct file_reader r = { .file = file };
    const void        *magic = file_take(&r, 8);
    *out = (struct names){ 0 };
    if (!magic || memcmp(magic, "WEIRNAME", 8) != 0)
        return fault_set(why, FAULT_UNSUPPORTED, "this is no file of names");
    uint32_t version = file_take_u32(&r);
    if (version != NAMES_VERSION)
        return fault_set(why, FAULT_UNSUPPORTED, "the file of names has version %u, this Weir reads %d",
                         version, NAMES_VERSION);
    out->hidden = file_take_u32(&r);
    out->intermediate = file_take_u32(&r);
    out->from = file_take_u32(&r);
    out->layers = file_take_u32(&r);
    out->rank = file_take_u32(&r);
    uint32_t rows = file_take_u32(&r), outputs = file_take_u32(&r);
    if (!is_believable(out) || rows != NAMES_ROWS || outputs != NAMES_OUTPUTS)
        return fault_set(why, FAULT_UNSUPPORTED, "names of %u outputs and %u rows on %u floats are not ours",
                         outputs, rows, out->hidden);
    out->fingerprint = file_take_u64(&r);
    const float *outside = file_take_floats(&r, 1);
    out->outside = outside ? *outside : 1;
    out->threshold = file_take_floats(&r, NAME_KINDS);
    out->added = file_take_floats(&r, (size_t)NAMES_ROWS * out->hidden);
    out->head = file_take_floats(&r, (size_t)NAMES_OUTPUTS * out->hidden);
    out->head_bias = file_take_floats(&r, NAMES_OUTPUTS);
    for (uint32_t i = 0; i < out->layers; i++)
        read_layer(&r, out, &out->layer[i]);
    uint64_t seal;
    if (!file_take_seal(&r, &seal))
        return fault_set(why, FAULT_UNSUPPORTED, "the file of names is damaged");
    return true;
}

static struct names shipped;

/* Before main(), so that threads find them read; a millisecond or two, most of it the hash. */
__attribute__((constructor)) static void read_shipped(void)
{
    struct fault why;
    if (!names_read(slice_of(names_bin, (size_t)(names_bin_end - names_bin)), &shipped, &why))
        die("src/slm/names.bin: %s", why.detail);
}

const struct names *names_shipped(void)
{
    return &shipped;
}

/* ---- putting layers together ---- */

bool names_fit(const struct names *n, const struct encoder *e)
{
    const struct bert_config *c = encoder_config(e);
    return n->hidden == c->hidden && n->intermediate == c->intermediate && n->from + n->layers == c->layers &&
           n->fingerprint == encoder_fingerprint(e);
}

/* room: the encoder's rows, changed by left times right. Returns what is behind it. */
static float *merge(const struct names_part *p, uint32_t rank, struct shape shape, struct dense *dense,
                    float *room)
{
    memcpy(room, dense->rows, shape.outputs * shape.inputs * sizeof *room);
    for (size_t o = 0; o < shape.outputs; o++) {
        float *row = room + o * shape.inputs;
        for (size_t k = 0; k < rank; k++) {
            const int8_t *right = p->right + k * shape.inputs;
            float         factor = p->left_scale[o] * p->left[o * rank + k] * p->right_scale[k];
            for (size_t i = 0; i < shape.inputs; i++)
                row[i] += factor * (float)right[i];
        }
    }
    *dense = (struct dense){ room, p->bias };
    return room + shape.outputs * shape.inputs;
}

/* The encoder's layer with the differences; its rows lie in the room. */
static void merge_layer(const struct names *n, uint32_t index, struct encoder *e, struct layer_weights *out,
                        float *room)
{
    const struct names_layer *layer = &n->layer[index];
    struct dense *dense[] = { &out->query, &out->key, &out->value, &out->out, &out->up, &out->down };
    struct shape  shape[NAMES_PARTS];
    shapes_of(n, shape);
    encoder_layer_floats(e, n->from + index, out);
    struct layer_weights own = *out;
    for (int i = 0; i < NAMES_PARTS; i++)
        room = merge(&layer->part[i], n->rank, shape[i], dense[i], room);
    encoder_layer_done(e, &own);
    out->after_attention = layer->after_attention;
    out->after_feed = layer->after_feed;
}

struct encoder_branch *names_branch(const struct names *n, struct encoder *e)
{
    size_t                floats = 4 * (size_t)n->hidden * n->hidden + 2 * (size_t)n->hidden * n->intermediate;
    struct layer_weights *layer = must_calloc(n->layers, sizeof *layer);
    float                *room = must_calloc(n->layers * floats, sizeof *room);
    for (uint32_t i = 0; i < n->layers; i++)
        merge_layer(n, i, e, &layer[i], room + i * floats);
    struct encoder_branch *branch = encoder_branch_new(e, n->from, layer);
    free(room);
    free(layer);
    return branch;
}
