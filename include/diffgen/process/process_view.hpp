// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A view of a process without its type: what grids and solvers, which run on the host once per
// step, see of schedule and kernel. It does not own the process.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/noise_level.hpp>
#include <diffgen/process/process.hpp>

namespace diffgen::inline DIFFGEN_ABI {

class process_view {
  public:
    template <class Schedule, class Kernel>
    explicit process_view(const process<Schedule, Kernel>& p)
        : object_(&p), table_(&table_for<process<Schedule, Kernel>>), t_max_(p.t_max()) {}

    /// A temporary process is gone before the view is used: give it a name.
    template <class Schedule, class Kernel>
    explicit process_view(const process<Schedule, Kernel>&&) = delete;

    [[nodiscard]] noise_level level(double t) const { return table_->level(object_, t); }
    [[nodiscard]] noise_level level_of_log_snr(double log_snr) const {
        return table_->level_of_log_snr(object_, log_snr);
    }
    [[nodiscard]] noise_level clean() const { return table_->clean(object_); }
    [[nodiscard]] double time(double log_snr) const { return table_->time(object_, log_snr); }
    [[nodiscard]] double drift(double t) const { return table_->drift(object_, t); }
    [[nodiscard]] double diffusion_squared(double t) const {
        return table_->diffusion_squared(object_, t);
    }
    [[nodiscard]] double t_min() const { return table_->t_min(object_); }
    [[nodiscard]] double t_max() const { return t_max_; }
    /// Number of entries of a discrete schedule, 0 for a continuous one.
    [[nodiscard]] int discrete_steps() const { return table_->discrete_steps(object_); }

    /// The same process whose noisiest time is t, for runs that start in the middle.
    [[nodiscard]] process_view until(double t) const {
        process_view p = *this;
        p.t_max_ = t;
        return p;
    }
    /// The same process up to its own noisiest time, whatever until() said.
    [[nodiscard]] process_view whole() const { return until(table_->t_max(object_)); }

  private:
    struct operations {
        noise_level (*level)(const void*, double);
        noise_level (*level_of_log_snr)(const void*, double);
        noise_level (*clean)(const void*);
        double (*time)(const void*, double);
        double (*drift)(const void*, double);
        double (*diffusion_squared)(const void*, double);
        double (*t_min)(const void*);
        double (*t_max)(const void*);
        int (*discrete_steps)(const void*);
    };

    template <class P>
    static const P& as(const void* p) {
        return *static_cast<const P*>(p);
    }

    template <class P>
    static constexpr operations table_for{
        [](const void* p, double t) { return as<P>(p).level(t); },
        [](const void* p, double l) { return as<P>(p).level_of_log_snr(l); },
        [](const void* p) { return as<P>(p).clean(); },
        [](const void* p, double l) { return as<P>(p).time(l); },
        [](const void* p, double t) { return as<P>(p).drift(t); },
        [](const void* p, double t) { return as<P>(p).diffusion_squared(t); },
        [](const void* p) { return as<P>(p).t_min(); },
        [](const void* p) { return as<P>(p).t_max(); },
        [](const void* p) {
            if constexpr (requires { as<P>(p).schedule.discrete_steps(); })
                return static_cast<int>(as<P>(p).schedule.discrete_steps());
            else
                return 0;
        }};

    const void* object_;
    const operations* table_;
    double t_max_;
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
