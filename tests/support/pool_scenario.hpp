// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Random lives of a pool: requests join, from the prior, from a state or in the middle; they are
// taken in parts, cancelled, made to fail, saved and taken up by another pool or by a plain run.
// Each has the bits that it has alone, or the error.

#include <diffgen/core/error.hpp>
#include <diffgen/exec/network_call.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/exec/pool.hpp>
#include <diffgen/grid/karras.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/linear_beta.hpp>

#include "bits_equal.hpp"
#include "gaussian_network.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <ostream>
#include <random>
#include <span>
#include <utility>
#include <vector>

namespace testing {

struct scenario_counts {
    long arrived = 0, failed = 0, cancelled = 0, moved = 0, parts = 0, grown = 0, refused = 0;
};

template <class Sampler, class T = float>
class pool_scenario {
    using policy = diffgen::exec::cpp_policy;
    using pool_type = diffgen::exec::pool<policy, const Sampler, T>;
    using saved_type = typename pool_type::snapshot_type;
    /// Where something was not finite.
    struct failure {
        int step, stage;
        std::uint64_t sample;
        friend bool operator==(const failure&, const failure&) = default;
        friend std::ostream& operator<<(std::ostream& out, const failure& f) {
            return out << "step " << f.step << ", stage " << f.stage << ", sample " << f.sample;
        }
    };
    struct job {
        diffgen::options o;
        std::optional<std::vector<T>> from;
        int poisoned = -1;  ///< the evaluation after which its row is NaN
    };
    struct outcome {
        std::vector<T> x;
        std::optional<failure> failed;
    };

  public:
    pool_scenario(const Sampler& s, unsigned seed, scenario_counts& counts)
        : s_(s), random_(seed), counts_(counts) {}

    void run() {
        elements_ = std::vector<std::size_t>{1, 6, 33, 300, 1100}[below(5)];
        exec_.tile = below(2) == 0 ? 1024 : 64;
        grows_ = below(2) == 0;
        pool_type first = make(1 + below(6)), second = make(3);
        std::map<diffgen::request_id, job> of_first, of_second;
        for (int arrivals = 4 + static_cast<int>(below(10));
             arrivals > 0 || first.size() + second.size() > 0;) {
            if (arrivals > 0 && below(3) > 0) {
                --arrivals;
                admit(first, of_first);
            }
            if (below(9) == 0) cancel(first, of_first);
            if (below(5) == 0) move(first, of_first, second, of_second);
            for (auto* p : {&first, &second})
                if (*p) evaluate(*p, p == &first ? of_first : of_second);
            collect(first, of_first);
            collect(second, of_second);
        }
        CHECK(first.size() + second.size() + of_first.size() + of_second.size() == 0);
    }

  private:
    [[nodiscard]] std::size_t below(std::size_t n) { return random_() % n; }
    [[nodiscard]] pool_type make(std::size_t capacity) {
        return s_.template pool<T>(
            exec_, elements_,
            {.capacity = capacity,
             .if_full = grows_ ? diffgen::when_full::grow : diffgen::when_full::refuse,
             .keep_denoised = below(2) == 0});
    }

    void admit(pool_type& pool, std::map<diffgen::request_id, job>& jobs) {
        if (pool.size() == pool.capacity()) {
            if (!grows_) {
                ++counts_.refused;
                CHECK_THROWS_AS(pool.admit({.steps = 3}), diffgen::bad_argument);
                return;
            }
            ++counts_.grown;
        }
        job j;
        j.o.steps = 1 + static_cast<int>(below(6));
        j.o.seed = random_();
        j.o.first_sample = below(2) == 0 ? below(100) : (std::uint64_t{1} << 50) + below(100);
        if (below(2) == 0) j.o.grid = diffgen::grid::karras{};
        if (below(3) == 0) {
            j.o.begin_step = static_cast<int>(below(static_cast<std::size_t>(j.o.steps)));
            j.o.end_step =
                j.o.begin_step + 1 +
                static_cast<int>(below(static_cast<std::size_t>(j.o.steps - j.o.begin_step)));
        }
        if (below(6) == 0) j.poisoned = static_cast<int>(below(4));
        if (below(3) == 0) {
            j.from.emplace(elements_);
            for (T& v : *j.from)
                v = static_cast<T>(below(1000)) / 250 - 2;
        }
        jobs[join(pool, j)] = j;
    }
    /// As it is, or after some evaluations alone.
    diffgen::request_id join(pool_type& pool, job& j) {
        if (below(4) == 0) {
            std::vector<T> x = start_of(j);
            auto alone = started(j, x);
            for (std::size_t k = below(4); k > 0 && alone && j.poisoned < 0; --k)
                advance_alone(alone, j);
            return pool.resume(alone.snapshot());
        }
        if (!j.from) return pool.admit(j.o);
        return pool.admit_from(diffgen::batch(*j.from, 1), j.o);
    }
    void cancel(pool_type& pool, std::map<diffgen::request_id, job>& jobs) {
        if (!pool) return;
        const auto id = pool.running()[below(pool.running().size())];
        pool.remove(id);
        jobs.erase(id);
        ++counts_.cancelled;
    }
    /// Another pool goes on with a request of this one, or a plain run does.
    void move(pool_type& pool, std::map<diffgen::request_id, job>& jobs, pool_type& to,
              std::map<diffgen::request_id, job>& jobs_there) {
        if (!pool) return;
        const auto id = pool.running()[below(pool.running().size())];
        const saved_type saved = pool.snapshot(id);
        const job j = jobs[id];
        if (to.size() < to.capacity()) {
            jobs_there[to.resume(saved)] = j;
        } else {
            std::vector<T> x = start_of(j);
            auto alone = started(j, x);
            alone.resume(saved);
            check(j, finish_alone(alone, j, x));
        }
        pool.remove(id);
        jobs.erase(id);
        ++counts_.moved;
    }

    void evaluate(pool_type& pool, const std::map<diffgen::request_id, job>& jobs) {
        take(pool);
        pool.evaluate();
        const auto out = pool.output();
        for (std::size_t i = 0; i < pool.requests().size(); ++i) {
            const auto id = pool.requests()[i];
            if (pool.status(id).evaluations == jobs.at(id).poisoned)
                out.sample(i)[below(elements_)] = std::numeric_limits<T>::quiet_NaN();
        }
        pool.advance();
    }
    void take(pool_type& pool) {
        const std::size_t n = pool.running().size();
        const std::size_t kind = below(3);
        if (kind == 0) return;
        ++counts_.parts;
        const std::size_t most = 1 + below(n);
        if (kind == 1) return pool.take(most);
        std::vector<diffgen::request_id> ids(pool.running().begin(), pool.running().end());
        std::shuffle(ids.begin(), ids.end(), random_);
        ids.resize(most);
        pool.take(ids);
        CHECK(std::equal(ids.begin(), ids.end(), pool.requests().begin()));
    }
    /// Those that have ended are compared with the same alone.
    void collect(pool_type& pool, std::map<diffgen::request_id, job>& jobs) {
        while (!pool.ended().empty() && below(4) > 0) {
            const auto id = pool.ended()[below(pool.ended().size())];
            outcome there;
            try {
                const auto v = pool.state(id);
                there.x.assign(v.begin(), v.end());
            } catch (const diffgen::non_finite& e) {
                there.failed = failure{e.step(), e.stage(), e.sample()};
            }
            CHECK(pool.status(id).state == (there.failed ? diffgen::request_state::failed
                                                         : diffgen::request_state::arrived));
            check(jobs.at(id), there);
            pool.remove(id);
            jobs.erase(id);
        }
    }

    void check(const job& j, const outcome& there) {
        std::vector<T> x = start_of(j);
        auto run = started(j, x);
        const outcome alone = finish_alone(run, j, x);
        const failure none{-1, 0, 0};
        CHECK(alone.failed.value_or(none) == there.failed.value_or(none));
        ++(alone.failed ? counts_.failed : counts_.arrived);
        if (alone.failed) return;
        CHECK(differences(alone.x, there.x) == 0);
        if (j.from) return;
        std::vector<T> generated(elements_);
        s_.generate(exec_, diffgen::batch(generated, 1), j.o);
        CHECK(differences(generated, there.x) == 0);
    }
    [[nodiscard]] std::vector<T> start_of(const job& j) const {
        return j.from ? *j.from : std::vector<T>(elements_);
    }
    [[nodiscard]] auto started(const job& j, std::vector<T>& x) const {
        return j.from ? s_.start_from(exec_, diffgen::batch(x, 1), j.o)
                      : s_.start(exec_, diffgen::batch(x, 1), j.o);
    }
    template <class Run>
    void advance_alone(Run& run, const job& j) {
        diffgen::exec::network_call<policy, const typename Sampler::predictor_type, T, true>
            network;
        network(exec_, s_.predictor, run);
        if (run.summary().evaluations == j.poisoned)
            run.output().sample(0)[below(elements_)] = std::numeric_limits<T>::quiet_NaN();
        run.advance();
    }
    template <class Run>
    [[nodiscard]] outcome finish_alone(Run& run, const job& j, const std::vector<T>& x) {
        try {
            while (run)
                advance_alone(run, j);
        } catch (const diffgen::non_finite& e) {
            return {{}, failure{e.step(), e.stage(), e.sample()}};
        }
        return {x, {}};
    }

    const Sampler& s_;
    std::mt19937 random_;
    scenario_counts& counts_;
    policy exec_{};
    std::size_t elements_ = 1;
    bool grows_ = false;
};

inline const diffgen::predicts pool_network{diffgen::epsilon{}, gaussian_network{}};

template <class Predictor, class Solver, class Noise = diffgen::noise::philox>
auto pool_sampler(const Predictor& p, const Solver& solver, const Noise& source = {}) {
    return diffgen::sampler{diffgen::schedule::linear_beta{},
                            diffgen::kernel::variance_preserving{}, p, solver, source};
}

/// Scenarios with the seeds first .. first + count - 1.
template <class Sampler>
void run_scenarios(const Sampler& s, unsigned first, unsigned count, scenario_counts& counts) {
    for (unsigned k = first; k < first + count; ++k) {
        CAPTURE(k);
        pool_scenario(s, k, counts).run();
    }
}

}  // namespace testing
