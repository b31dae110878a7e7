/* SPDX-FileCopyrightText: 2026 The diffgen authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Samples from C: the scheduler of a diffusers pipeline, and a network that C calls. Then what the
 * library says to bad input.
 *
 *     c_api scheduler_config.json */
#include "diffgen_c.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { samples = 20000, elements = 4, numbers = samples * elements };

/* Stands for your network: the exact noise in states whose data are N(1.5, 0.5^2). */
static void predict_noise(const diffgen_evaluation* e) {
    const double variance = 0.25 * e->alpha * e->alpha + e->sigma * e->sigma;
    for (size_t i = 0; i < e->input_samples * e->elements; ++i)
        e->output[i] = (float)(e->sigma * (e->input[i] - 1.5 * e->alpha) / variance);
}

// [run]
static diffgen_status sample(const diffgen_scheduler* scheduler, const char* call, uint64_t seed,
                             float* x, int* calls) {
    diffgen_run* run = NULL;
    diffgen_evaluation due;
    diffgen_status status = diffgen_start(scheduler, call, seed, x, samples, elements, &run);
    *calls = 0;
    while (status == DIFFGEN_OK) {
        status = diffgen_run_next(run, &due);
        if (status != DIFFGEN_OK || !due.input) break;
        predict_noise(&due);
        ++*calls;
        status = diffgen_run_advance(run);
    }
    diffgen_run_free(run);
    return status;
}
// [run]

static int failures = 0;

static void check(int holds, const char* what) {
    if (holds) return;
    ++failures;
    printf("not so: %s; the last error is \"%s\"\n", what, diffgen_error_text());
}
static void check_refused(diffgen_status found, diffgen_status expected, const char* part) {
    check(found == expected, part);
    check(strstr(diffgen_error_text(), part) != NULL, part);
}

static void check_samples(const diffgen_scheduler* scheduler) {
    float* const x = malloc(numbers * sizeof *x);
    float* const again = malloc(numbers * sizeof *again);
    double mean = 0, square = 0;
    int calls = 0;
    check(sample(scheduler, "{\"num_inference_steps\": 25}", 7, x, &calls) == DIFFGEN_OK, "a run");
    check(calls == 25, "25 steps are 25 calls");
    for (size_t i = 0; i < numbers; ++i)
        mean += x[i] / numbers;
    for (size_t i = 0; i < numbers; ++i)
        square += (x[i] - mean) * (x[i] - mean) / numbers;
    printf("%d network calls: mean %.3f (data: 1.5), deviation %.3f (data: 0.5)\n", calls, mean,
           sqrt(square));
    /* the pipeline starts from N(0, 1), where this schedule still has 7% of the data in the state
     */
    check(fabs(mean - 1.5) < 0.1 && fabs(sqrt(square) - 0.5) < 0.1,
          "samples are those of the data");

    sample(scheduler, "{\"num_inference_steps\": 25}", 7, again, &calls);
    check(memcmp(x, again, numbers * sizeof *x) == 0, "a seed has its samples");
    sample(scheduler, "{\"num_inference_steps\": 25}", 8, again, &calls);
    check(memcmp(x, again, numbers * sizeof *x) != 0, "another seed has others");
    free(again);
    free(x);
}

static void check_errors(const diffgen_scheduler* scheduler) {
    const char* const call = "{\"num_inference_steps\": 4}";
    diffgen_scheduler* none = NULL;
    diffgen_run* run = NULL;
    diffgen_evaluation due;
    float x[6] = {0};
    check_refused(diffgen_scheduler_load("no such file", &none), DIFFGEN_BAD_FILE, "no such file");
    check_refused(diffgen_scheduler_parse("{", &none), DIFFGEN_BAD_FILE, "diffgen: ");
    check_refused(diffgen_scheduler_parse("{\"_class_name\": \"KarrasVeScheduler\"}", &none),
                  DIFFGEN_UNSUPPORTED, "KarrasVeScheduler");
    check_refused(diffgen_scheduler_parse(NULL, &none), DIFFGEN_BAD_ARGUMENT, "'json'");
    check_refused(diffgen_scheduler_load("file", NULL), DIFFGEN_BAD_ARGUMENT, "'made'");
    check(none == NULL, "nothing is made where something is refused");
    check_refused(diffgen_start(scheduler, "{}", 1, x, 3, 2, &run), DIFFGEN_BAD_ARGUMENT,
                  "'num_inference_steps'");
    check_refused(diffgen_start(scheduler, "{\"steps\": 4}", 1, x, 3, 2, &run), DIFFGEN_UNSUPPORTED,
                  "'steps'");
    check_refused(diffgen_start(scheduler, call, 1, NULL, 3, 2, &run), DIFFGEN_BAD_SHAPE,
                  "null pointer");
    check_refused(diffgen_start(scheduler, call, 1, x, 0, 2, &run), DIFFGEN_BAD_SHAPE,
                  "empty batch");
    check_refused(diffgen_start(scheduler, call, 1, x, 2, SIZE_MAX, &run), DIFFGEN_BAD_SHAPE,
                  "2 samples of ");
    check_refused(diffgen_start(NULL, call, 1, x, 3, 2, &run), DIFFGEN_BAD_ARGUMENT, "'scheduler'");
    check_refused(diffgen_run_next(NULL, &due), DIFFGEN_BAD_ARGUMENT, "'run'");
    check_refused(diffgen_run_advance(NULL), DIFFGEN_BAD_ARGUMENT, "'run'");
    check(run == NULL && x[0] == 0, "nothing is written where something is refused");

    check(diffgen_start_from(scheduler, call, 1, x, 3, 2, &run) == DIFFGEN_OK,
          "a run from a state");
    check(x[0] == 0, "a run from a state draws none");
    check(diffgen_run_next(run, &due) == DIFFGEN_OK && due.output_samples == 3, "an evaluation");
    for (int i = 0; i < 6; ++i)
        due.output[i] = NAN;
    check_refused(diffgen_run_advance(run), DIFFGEN_NON_FINITE, "sample 0");
    check(diffgen_run_next(run, &due) == DIFFGEN_OK && !due.input, "a run that failed is over");
    check_refused(diffgen_run_advance(run), DIFFGEN_BAD_ARGUMENT, "is over");
    diffgen_run_free(run);
    diffgen_run_free(NULL);
    diffgen_scheduler_free(NULL);
}

int main(int argc, char** argv) {
    diffgen_scheduler* scheduler = NULL;
    if (argc != 2 || diffgen_scheduler_load(argv[1], &scheduler) != DIFFGEN_OK) {
        printf("usage: c_api scheduler_config.json; %s\n", diffgen_error_text());
        return 2;
    }
    check_samples(scheduler);
    check_errors(scheduler);
    diffgen_scheduler_free(scheduler);
    return failures > 0;
}
