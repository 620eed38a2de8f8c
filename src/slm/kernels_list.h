/* kernels_list.h - the makes of the kernels; each is kernels_body.h compiled for one kind of processor. */
#ifndef WEIR_SLM_KERNELS_LIST_H
#define WEIR_SLM_KERNELS_LIST_H

#include "slm/kernels.h"

extern const struct kernels kernels_portable, kernels_portable_int8;
#if defined(__x86_64__)
extern const struct kernels kernels_avx2, kernels_avx512, kernels_vnni_int8, kernels_amx_int8;
#endif

#endif
