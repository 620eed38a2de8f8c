/*
 * a_model.h - the model that deploy/model fetches, for programs whose tests go without where it is not there.
 * Include cmocka first.
 */
#ifndef WEIR_TESTS_UNIT_SLM_A_MODEL_H
#define WEIR_TESTS_UNIT_SLM_A_MODEL_H

#include "slm/slm.h"

#include <unistd.h>

#define MODEL WEIR_SOURCE_DIR "/models/all-MiniLM-L6-v2"

static struct slm *slm; /* NULL where the model is not there */

/* One that is there and cannot be opened fails the tests. slm_close() is the caller's. */
static void open_model(enum slm_precision precision)
{
    struct fault why = { .kind = FAULT_NONE };
    if (access(MODEL "/model.safetensors", R_OK) != 0)
        return;
    slm = slm_open_in(MODEL, precision, &why);
    if (!slm)
        fail_msg("%s", why.detail);
}

/* Ends the test that asks, skipped, where there is no model. */
static void need_model(void)
{
    if (!slm) {
        print_message("skipped: deploy/model has not been run\n");
        skip();
    }
}

#endif
