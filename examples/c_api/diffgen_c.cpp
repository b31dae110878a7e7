// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The library behind diffgen_c.h: every class of scheduler is a composition that is compiled here,
// and a run of any of them is an any_run.

#include "diffgen_c.h"

#include <diffgen/compat/diffusers/pipeline.hpp>

#include <cstdio>
#include <exception>
#include <limits>
#include <memory>
#include <new>
#include <utility>

namespace {

namespace diffusers = diffgen::compat::diffusers;
using state = diffgen::batch_view<float>;

/// The owner of a run calls the network, so that this one only says that there is one.
struct network_of_owner {
    void operator()(diffgen::batch_view<const float>, state, const diffgen::noise_level&) const {}
};

class any_run {
  public:
    virtual ~any_run() = default;
    virtual diffgen_evaluation next() = 0;
    virtual void advance() = 0;
};

template <class Sampler>
class run_of final : public any_run {
  public:
    run_of(Sampler s, double time, state x, const diffgen::options& o)
        : sampler_(std::move(s)),
          run_(std::as_const(sampler_).start_from(diffgen::exec::cpp, time, x, o)) {}
    run_of(const run_of&) = delete;
    run_of& operator=(const run_of&) = delete;

    diffgen_evaluation next() override {
        if (!run_) return {};
        const auto in = run_.input();
        const auto out = run_.output();
        const diffgen::noise_level& level = run_.level();
        return {in.data,     out.data,           in.samples,  out.samples,
                in.elements, level.network_time, level.alpha, level.sigma};
    }
    void advance() override {
        diffgen::require(static_cast<bool>(run_), "a run that is over does not advance");
        run_.advance();
    }

  private:
    using run_type = decltype(std::declval<const Sampler&>().start_from(
        diffgen::exec::cpp, 0., std::declval<state>(), std::declval<diffgen::options>()));

    Sampler sampler_;
    run_type run_;  // refers to sampler_
};

/// What with_scheduler() calls with the sampler of a configuration.
struct starting {
    state x;
    std::uint64_t seed;
    bool from_noise;

    template <class Sampler>
    std::unique_ptr<any_run> operator()(const Sampler& s, diffgen::options o, double sigma) const {
        o.seed = seed;
        const double time = diffusers::start_time(s, o);
        if (from_noise)
            diffgen::exec::draw_prior(diffgen::exec::cpp, x, sigma,
                                      diffgen::exec::seeded(s.noise, seed), 0);
        return std::make_unique<run_of<Sampler>>(s, time, x, o);
    }
};

thread_local char error_text[1024] = "";

diffgen_status failed(diffgen_status status, const char* text) noexcept {
    std::snprintf(error_text, sizeof error_text, "%s", text);
    return status;
}

// [guarded]
/// Calls f; what it throws becomes a status.
template <class F>
diffgen_status guarded(F f) noexcept try {
    f();
    return DIFFGEN_OK;
} catch (const diffgen::compat::unsupported& e) {
    return failed(DIFFGEN_UNSUPPORTED, e.what());
} catch (const diffgen::bad_argument& e) {
    return failed(DIFFGEN_BAD_ARGUMENT, e.what());
} catch (const diffgen::bad_shape& e) {
    return failed(DIFFGEN_BAD_SHAPE, e.what());
} catch (const diffgen::bad_file& e) {
    return failed(DIFFGEN_BAD_FILE, e.what());
} catch (const diffgen::non_finite& e) {
    return failed(DIFFGEN_NON_FINITE, e.what());
} catch (const std::bad_alloc&) {
    return failed(DIFFGEN_NO_MEMORY, "diffgen: no memory");
} catch (const std::exception& e) {
    return failed(DIFFGEN_OTHER_ERROR, e.what());
} catch (...) {
    return failed(DIFFGEN_OTHER_ERROR, "diffgen: an exception of an unknown type");
}
// [guarded]

template <class Pointer>
void require_given(Pointer p, const char* name) {
    diffgen::require(p != nullptr, "the argument '", name, "' is a null pointer");
}

}  // namespace

struct diffgen_scheduler {
    diffusers::config config;
};
struct diffgen_run {
    std::unique_ptr<any_run> run;
};

namespace {

diffgen_status start(const diffgen_scheduler* scheduler, const char* call, std::uint64_t seed,
                     float* x, std::size_t samples, std::size_t elements, bool from_noise,
                     diffgen_run** made) {
    return guarded([&] {
        require_given(scheduler, "scheduler");
        require_given(call, "call");
        require_given(made, "made");
        const auto arguments =
            diffusers::read_arguments(diffgen::io::parse_json(call, "the arguments of a call"));
        diffgen::require(
            !from_noise || scheduler->config.scheduler != diffusers::scheduler::ddim_inverse,
            "'_class_name' is 'DDIMInverseScheduler', which starts from data; use "
            "diffgen_start_from");
        if (samples > 0 && elements > std::numeric_limits<std::size_t>::max() / samples)
            throw diffgen::bad_shape(
                diffgen::detail::text("diffgen: ", samples, " samples of ", elements, " numbers"));
        const state view = diffgen::batch(x, samples * elements, samples);
        auto handle = std::make_unique<diffgen_run>();
        handle->run = diffusers::with_scheduler(scheduler->config, arguments, network_of_owner{},
                                                starting{view, seed, from_noise});
        *made = handle.release();
    });
}

}  // namespace

const char* diffgen_error_text(void) {
    return error_text;
}

diffgen_status diffgen_scheduler_load(const char* file, diffgen_scheduler** made) {
    return guarded([&] {
        require_given(file, "file");
        require_given(made, "made");
        *made = new diffgen_scheduler{diffusers::load_config(file)};
    });
}
diffgen_status diffgen_scheduler_parse(const char* json, diffgen_scheduler** made) {
    return guarded([&] {
        require_given(json, "json");
        require_given(made, "made");
        *made = new diffgen_scheduler{diffusers::parse_config(json)};
    });
}
void diffgen_scheduler_free(diffgen_scheduler* scheduler) {
    delete scheduler;
}

diffgen_status diffgen_start(const diffgen_scheduler* scheduler, const char* call, uint64_t seed,
                             float* x, size_t samples, size_t elements, diffgen_run** made) {
    return start(scheduler, call, seed, x, samples, elements, true, made);
}
diffgen_status diffgen_start_from(const diffgen_scheduler* scheduler, const char* call,
                                  uint64_t seed, float* x, size_t samples, size_t elements,
                                  diffgen_run** made) {
    return start(scheduler, call, seed, x, samples, elements, false, made);
}
void diffgen_run_free(diffgen_run* run) {
    delete run;
}

diffgen_status diffgen_run_next(diffgen_run* run, diffgen_evaluation* due) {
    return guarded([&] {
        require_given(run, "run");
        require_given(due, "due");
        *due = run->run->next();
    });
}
diffgen_status diffgen_run_advance(diffgen_run* run) {
    return guarded([&] {
        require_given(run, "run");
        run->run->advance();
    });
}
