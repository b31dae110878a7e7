/* SPDX-FileCopyrightText: 2026 The diffgen authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Samplers of diffusers' scheduler_config.json for C, and for whatever calls C. You call your
 * network; the library says what is to be evaluated, and takes the answer:
 *
 *     diffgen_start(scheduler, "{\"num_inference_steps\": 20}", seed, x, samples, elements, &run);
 *     while (diffgen_run_next(run, &e) == DIFFGEN_OK && e.input) {
 *         your_network(e.input, e.input_samples, e.time, e.output);
 *         diffgen_run_advance(run);
 *     }
 *     diffgen_run_free(run);
 *
 * Every function but those that free says how it went by its status. No C++ exception leaves the
 * library. A scheduler may be shared by threads; a run belongs to one thread at a time. */
#ifndef DIFFGEN_C_H
#define DIFFGEN_C_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define DIFFGEN_C_PUBLIC __attribute__((visibility("default")))
#else
#define DIFFGEN_C_PUBLIC
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef enum diffgen_status {
    DIFFGEN_OK = 0,
    DIFFGEN_BAD_ARGUMENT = 1, /* a value that makes no sense, a null pointer */
    DIFFGEN_BAD_SHAPE = 2,    /* sizes that do not fit together */
    DIFFGEN_UNSUPPORTED = 3,  /* an option of diffusers that is not reproduced */
    DIFFGEN_BAD_FILE = 4,     /* a file that cannot be read, or is no JSON */
    DIFFGEN_NON_FINITE = 5,   /* NaN or infinity in the samples; the run has ended */
    DIFFGEN_NO_MEMORY = 6,
    DIFFGEN_OTHER_ERROR = 7
} diffgen_status;

/* Why the last call on this thread that did not return DIFFGEN_OK failed, with the values. Holds
 * until the next such call. */
DIFFGEN_C_PUBLIC const char* diffgen_error_text(void);

/* A scheduler_config.json that has been read. */
typedef struct diffgen_scheduler diffgen_scheduler;

DIFFGEN_C_PUBLIC diffgen_status diffgen_scheduler_load(const char* file, diffgen_scheduler** made);
/* From the text of a file, which ends with a null character. */
DIFFGEN_C_PUBLIC diffgen_status diffgen_scheduler_parse(const char* json, diffgen_scheduler** made);
DIFFGEN_C_PUBLIC void diffgen_scheduler_free(diffgen_scheduler* scheduler);

/* A run in progress. */
typedef struct diffgen_run diffgen_run;

/* Makes a run that begins with noise. call: the arguments of diffusers' set_timesteps() and step(),
 * as the text of a JSON object. x: samples x elements numbers, which the run fills; it must outlive
 * the run, the scheduler need not. */
DIFFGEN_C_PUBLIC diffgen_status diffgen_start(const diffgen_scheduler* scheduler, const char* call,
                                              uint64_t seed, float* x, size_t samples,
                                              size_t elements, diffgen_run** made);
/* The same from what x holds, which is at the first level of the run. */
DIFFGEN_C_PUBLIC diffgen_status diffgen_start_from(const diffgen_scheduler* scheduler,
                                                   const char* call, uint64_t seed, float* x,
                                                   size_t samples, size_t elements,
                                                   diffgen_run** made);
DIFFGEN_C_PUBLIC void diffgen_run_free(diffgen_run* run);

/* What the network is to evaluate. */
typedef struct diffgen_evaluation {
    const float* input; /* input_samples x elements numbers; null where the run is over */
    float* output;      /* output_samples x elements numbers, for the answer */
    size_t input_samples, output_samples, elements;
    double time;         /* as the network takes it: the timestep */
    double alpha, sigma; /* the state is alpha data + sigma noise */
} diffgen_evaluation;

/* The evaluation that is due. Its pointers hold until the run advances. */
DIFFGEN_C_PUBLIC diffgen_status diffgen_run_next(diffgen_run* run, diffgen_evaluation* due);
/* Takes the answer in `output`. */
DIFFGEN_C_PUBLIC diffgen_status diffgen_run_advance(diffgen_run* run);

#ifdef __cplusplus
}
#endif

#endif
