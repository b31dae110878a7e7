// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The density that a process and a predictor give by their probability flow (Song et al. 2021,
// section 4.3): of given samples, and along with generated ones.
//
//     density::probability_flow flow{schedule::linear_beta{}, kernel::variance_preserving{},
//                                    exact(mixture)};
//     const auto log_p = flow.log_density(batch(x, 64));   // log_p.values, in nats

#include <diffgen/core/without_macros.hpp>

#include <diffgen/concepts.hpp>
#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/density/adaptive_steps.hpp>
#include <diffgen/density/divergence.hpp>
#include <diffgen/density/fixed_steps.hpp>
#include <diffgen/density/flow_ends.hpp>
#include <diffgen/density/flow_system.hpp>
#include <diffgen/density/kind.hpp>
#include <diffgen/noise/source.hpp>
#include <diffgen/process/process.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::density {

/// The density is that of samples at data_time, so of data with so much noise; `steps` says how the
/// ODE is solved (fixed_steps, adaptive_steps), `divergence` how its trace is found (exact_trace,
/// hutchinson, given_probes). Samples are on the host; the ODE is solved in doubles, functor and
/// network see the numbers of the samples. A sample's figures depend neither on those beside it nor
/// on their number.
template <class Schedule, class Kernel, class Predictor, class Steps = adaptive_steps<>,
          class Divergence = exact_trace>
class probability_flow {
    static_assert(noise_schedule<Schedule> && forward_kernel<Kernel> &&
                      diffgen::predictor<Predictor>,
                  "diffgen: a probability_flow is made of a noise schedule, a forward kernel and a "
                  "predictor, as a sampler is");

  public:
    using kind = typename Divergence::kind;

    diffgen::process<Schedule, Kernel> process;
    Predictor predictor;
    Steps steps;
    Divergence divergence;
    flow_ends ends{};

    probability_flow(Schedule s, Kernel k, Predictor p, Steps how = {}, Divergence d = {},
                     flow_ends between = {})
        : process(std::move(s), std::move(k)),
          predictor(std::move(p)),
          steps(std::move(how)),
          divergence(std::move(d)),
          ends(between) {
        check();
    }

    /// Throws bad_argument where a constant of a part makes no sense.
    void check() const {
        process.check();
        diffgen::detail::check(predictor);
        diffgen::detail::check(steps);
        diffgen::detail::check(divergence);
        const noise_level data = data_level(), prior = prior_level();
        require(data.log_snr > prior.log_snr && std::isfinite(data.log_snr),
                "a flow between data at t = ", data.t, " and the prior at t = ", prior.t,
                "; the data have less noise, and not none");
        require(!ends.prior_variance || *ends.prior_variance > 0,
                "a flow whose prior has the variance ", ends.prior_variance.value_or(0));
    }

    /// The log density of each sample of x, which is not changed. first_sample: the number of the
    /// first one, by which its probes are known. Throws bad_shape, bad_argument, non_finite.
    template <class X>
    [[nodiscard]] log_densities<kind> log_density(const X& x, std::uint64_t first_sample = 0) {
        return carried(*this, x, first_sample).densities;
    }
    template <class X>
    [[nodiscard]] log_densities<kind> log_density(const X& x,
                                                  std::uint64_t first_sample = 0) const {
        return carried(*this, x, first_sample).densities;
    }

    /// The same of a functor, some samples at a time on the threads of an execution policy; the
    /// figures are those of one thread. Samples that share their steps are not parted.
    template <class Exec, class X>
    requires requires(const Exec& e) {
        typename Exec::space;
        e.wait();
    }
    [[nodiscard]] log_densities<kind> log_density(const Exec& e, const X& x,
                                                  std::uint64_t first_sample = 0) const {
        static_assert(Predictor::kind != granularity::batched,
                      "diffgen: a batched network is called on the thread of its owner, who says "
                      "how many it uses itself: log_density(x)");
        static_assert(!std::is_same_v<Divergence, given_probes>,
                      "diffgen: given probes are of a whole batch: log_density(x)");
        const auto v = view(x);
        const std::size_t part = samples_share_steps() ? v.samples : std::size_t{32};
        std::vector<log_densities<kind>> parts((v.samples + part - 1) / part);
        e.for_each(parts.size(), [&](std::size_t i) {
            const std::size_t first = i * part,
                              n = v.samples - first < part ? v.samples - first : part;
            parts[i] = log_density(batch(v.sample(first), n * v.elements, n), first_sample + first);
        });
        log_densities<kind> all;
        for (const auto& p : parts) {
            all.values.insert(all.values.end(), p.values.begin(), p.values.end());
            all.errors.insert(all.errors.end(), p.errors.begin(), p.errors.end());
        }
        return all;
    }

    /// The same, and the samples where the flow brings them at the prior's level: `latents`, all
    /// elements one after the other. evaluations: of the predictor.
    struct encoded {
        log_densities<kind> densities;
        std::vector<double> latents;
        int evaluations;
    };
    template <class X>
    [[nodiscard]] encoded encode(const X& x, std::uint64_t first_sample = 0) {
        return carried(*this, x, first_sample);
    }
    template <class X>
    [[nodiscard]] encoded encode(const X& x, std::uint64_t first_sample = 0) const {
        return carried(*this, x, first_sample);
    }

    /// Fills x from latents at the prior's level, samples x elements, and returns the log densities
    /// of what it is then. The inverse of encode.
    template <class X>
    log_densities<kind> decode(const std::vector<double>& latents, X&& x,
                               std::uint64_t first_sample = 0) {
        return generated(*this, latents, x, first_sample);
    }
    template <class X>
    log_densities<kind> decode(const std::vector<double>& latents, X&& x,
                               std::uint64_t first_sample = 0) const {
        return generated(*this, latents, x, first_sample);
    }

    /// Fills x with samples and returns their log densities. The prior is that of a sampler's run
    /// with this seed, but for the variance that is given.
    template <class X>
    log_densities<kind> generate(X&& x, std::uint64_t seed, std::uint64_t first_sample = 0) {
        return generated(*this, drawn(x, seed, first_sample), x, first_sample);
    }
    template <class X>
    log_densities<kind> generate(X&& x, std::uint64_t seed, std::uint64_t first_sample = 0) const {
        return generated(*this, drawn(x, seed, first_sample), x, first_sample);
    }

    [[nodiscard]] noise_level data_level() const {
        return process.level(ends.data_time.value_or(process.t_min()));
    }
    [[nodiscard]] noise_level prior_level() const {
        return process.level(ends.prior_time.value_or(process.t_max()));
    }
    [[nodiscard]] double prior_variance() const {
        const double sigma = prior_level().sigma;
        return ends.prior_variance.value_or(sigma * sigma);
    }

  private:
    [[nodiscard]] bool samples_share_steps() const {
        if constexpr (requires { steps.together; })
            return steps.together;
        else
            return false;
    }
    template <class X>
    static auto view(X& x) {
        return state_traits<std::remove_cvref_t<X>>::view(x);
    }

    template <class T, class Self>
    static auto system_of(Self& self, std::size_t samples, std::size_t elements,
                          std::uint64_t first_sample) {
        using predictor_type = std::remove_reference_t<decltype((self.predictor))>;
        return flow_system<T, predictor_type>(
            process_view(self.process), self.predictor, elements, self.divergence.count(),
            self.divergence.probes(samples, elements, first_sample));
    }

    template <class Self, class X>
    static encoded carried(Self& self, const X& x, std::uint64_t first_sample) {
        self.check();
        const auto v = view(x);
        using T = typename decltype(v)::value_type;
        auto system = system_of<T>(self, v.samples, v.elements, first_sample);
        std::vector<double> y(v.samples * system.width(), 0.), latents;
        for (std::size_t i = 0; i < v.samples; ++i)
            for (std::size_t d = 0; d < v.elements; ++d)
                y[i * system.width() + d] = static_cast<double>(v.sample(i)[d]);
        self.steps.carry(system, y, self.data_level(), self.prior_level());
        auto densities = log_densities_of_rows<kind>(y, y, v.elements, system.integrals(),
                                                     self.prior_variance(), 1);
        for (std::size_t i = 0; i < v.samples; ++i)
            for (std::size_t d = 0; d < v.elements; ++d)
                latents.push_back(y[i * system.width() + d]);
        return {std::move(densities), std::move(latents), system.evaluations()};
    }

    template <class Self, class X>
    static log_densities<kind> generated(Self& self, const std::vector<double>& latents, X&& x,
                                         std::uint64_t first_sample) {
        self.check();
        const auto v = view(x);
        using T = typename decltype(v)::value_type;
        if (latents.size() != v.size())
            throw bad_shape(diffgen::detail::text("diffgen: ", latents.size(), " latents for ",
                                                  v.samples, " samples of ", v.elements));
        auto system = system_of<T>(self, v.samples, v.elements, first_sample);
        std::vector<double> y(v.samples * system.width(), 0.);
        for (std::size_t i = 0; i < v.samples; ++i)
            for (std::size_t d = 0; d < v.elements; ++d)
                y[i * system.width() + d] = latents[i * v.elements + d];
        const std::vector<double> begin = y;
        self.steps.carry(system, y, self.prior_level(), self.data_level());
        for (std::size_t i = 0; i < v.samples; ++i)
            for (std::size_t d = 0; d < v.elements; ++d)
                v.sample(i)[d] = static_cast<T>(y[i * system.width() + d]);
        return log_densities_of_rows<kind>(begin, y, v.elements, system.integrals(),
                                           self.prior_variance(), -1);
    }

    template <class X>
    [[nodiscard]] std::vector<double> drawn(X& x, std::uint64_t seed,
                                            std::uint64_t first_sample) const {
        const auto v = view(x);
        using T = typename decltype(v)::value_type;
        const noise::philox random{seed};
        std::vector<double> latents(v.size());
        for (std::size_t i = 0; i < latents.size(); ++i)
            latents[i] = std::sqrt(prior_variance()) *
                         static_cast<double>(random.normal<T>(noise::stream::prior, 0,
                                                              first_sample * v.elements + i));
        return latents;
    }
};

template <class S, class K, class P>
probability_flow(S, K, P) -> probability_flow<S, K, P>;
template <class S, class K, class P, class H>
probability_flow(S, K, P, H) -> probability_flow<S, K, P, H>;
template <class S, class K, class P, class H, class D>
probability_flow(S, K, P, H, D) -> probability_flow<S, K, P, H, D>;
template <class S, class K, class P, class H, class D>
probability_flow(S, K, P, H, D, flow_ends) -> probability_flow<S, K, P, H, D>;

/// The flow of a sampler's process and predictor: what a run of it without noise tends to.
template <class Sampler, class Steps = adaptive_steps<>, class Divergence = exact_trace>
[[nodiscard]] auto flow_of(const Sampler& s, Steps steps = {}, Divergence divergence = {},
                           flow_ends ends = {}) {
    return probability_flow{s.process.schedule, s.process.kernel,      s.predictor,
                            std::move(steps),   std::move(divergence), ends};
}

}  // namespace diffgen::inline DIFFGEN_ABI::density

#include <diffgen/core/with_macros.hpp>
