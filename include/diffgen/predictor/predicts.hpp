// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A network (any callable), what it predicts, and what it is given as time: a predictor.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/prediction.hpp>
#include <diffgen/core/time_input.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

namespace diffgen::inline DIFFGEN_ABI {

/// Ways to evaluate a predictor. A batched one is opaque: it is called once for the whole batch, on
/// the host. The others are trivially copyable functors that run inside the pass.
enum class granularity { batched, pointwise, samplewise };

/// Wraps a functor of one element: template <class V> V operator()(V x, level_of<scalar> l) const.
/// V is a float, a double or a pack of them.
template <class F>
struct pointwise {
    static_assert(
        std::is_trivially_copyable_v<F>,
        "diffgen: a functor in pointwise{...} runs inside the pass, also on a device, and "
        "so must be trivially copyable: let it hold values and raw pointers, no "
        "containers, or pass it as a batched network");
    F functor;
    explicit pointwise(F f) : functor(std::move(f)) {}
};

/// Wraps a functor of one sample of D elements:
/// template <class V> std::array<V, D> operator()(std::array<V, D> x, level_of<scalar> l) const.
/// A functor may have a member bind(level) that returns what to call for that level; it is used
/// once a stage, so that what depends on the level only is not computed for every sample.
template <int D, class F>
struct samplewise_functor {
    static_assert(
        std::is_trivially_copyable_v<F>,
        "diffgen: a functor in samplewise<D>(...) runs inside the pass, also on a device, "
        "and so must be trivially copyable: let it hold values, arrays and raw pointers, "
        "no containers, or pass it as a batched network");
    F functor;
    explicit samplewise_functor(F f) : functor(std::move(f)) {}
};

template <int D, class F>
[[nodiscard]] samplewise_functor<D, F> samplewise(F f) {
    return samplewise_functor<D, F>(std::move(f));
}

namespace detail {

template <class Net>
struct evaluation_of {
    static constexpr granularity kind = granularity::batched;
    static constexpr int elements = 0;
    using functor = Net;
    static const Net& get(const Net& n) { return n; }
};
template <class F>
struct evaluation_of<pointwise<F>> {
    static constexpr granularity kind = granularity::pointwise;
    static constexpr int elements = 1;
    using functor = F;
    static const F& get(const pointwise<F>& n) { return n.functor; }
};
template <int D, class F>
struct evaluation_of<samplewise_functor<D, F>> {
    static constexpr granularity kind = granularity::samplewise;
    static constexpr int elements = D;
    using functor = F;
    static const F& get(const samplewise_functor<D, F>& n) { return n.functor; }
};

}  // namespace detail

/// How a network's outputs are combined before the solver sees them: here there is one output for
/// each sample, and it is taken as it is. Guidance combines the outputs of several inputs for each
/// sample. A learned variance is a second output of one input. A rule that has numbers of its own
/// for each sample or element says how many, `static constexpr int numbers`, gives them by
/// number<T>(k, sample, element), and has combine(outputs, numbers).
struct take_output {
    static constexpr int copies = 1;  ///< the outputs for each sample
    static constexpr int inputs = 1;  ///< the inputs for each sample
    template <class V>
    DIFFGEN_VALUE static V combine(const V* outputs) {
        return outputs[0];
    }
};

/// What happens to the denoised estimate before the solver sees it: nothing, so that it need never
/// be formed and folds into the solver's coefficients. A hook that is present has apply(D); one
/// that depends on the whole sample (per_sample) has measure(D) of an element, statistic(measures,
/// count) of a sample, and apply(D, statistic). One that has numbers of its own, as a rule has
/// them, is given them as the last argument.
struct no_hook {
    static constexpr bool present = false;
    static constexpr bool per_sample = false;
};

/// The predictor {output tag, network, time input}.
/// A batched network is called as net(in, out, level), with in a batch_view<const T, Space>, out a
/// batch_view<T, Space> and level a noise_level whose `network_time` is the time input's value.
template <class Output, class Net, class TimeInput = time_input::time>
struct predicts {
    using output_type = Output;
    using network_type = Net;
    using evaluation = detail::evaluation_of<Net>;
    using combiner_type = take_output;
    using hook_type = no_hook;
    static constexpr granularity kind = evaluation::kind;
    static constexpr int elements =
        evaluation::elements;  ///< the elements of a samplewise functor's sample; 1 for a pointwise
                               ///< one, else 0

    Output output;
    Net net;
    TimeInput time_input;

    predicts(Output o, Net n, TimeInput t = {})
        : output(std::move(o)), net(std::move(n)), time_input(std::move(t)) {}

    /// Checks the prediction, the time input and a functor. A batched network is not checked: its
    /// check() may mean something else.
    void check() const {
        detail::check(output);
        detail::check(time_input);
        if constexpr (kind != granularity::batched) detail::check(functor());
    }

    /// Throws where a part has not one number for each sample, or for each element, of a batch in
    /// memory of Space. A network of one's own is asked nothing.
    template <class Space>
    void check_batch(std::size_t /*samples*/, std::size_t /*elements*/) const {}

    /// The level with what the network is to be given as time.
    [[nodiscard]] noise_level with_network_time(noise_level l) const {
        l.network_time = time_input(l);
        return l;
    }
    [[nodiscard]] conversion to_denoised(const noise_level& l) const {
        return checked_conversion(output, l);
    }
    [[nodiscard]] const Output& prediction() const { return output; }
    [[nodiscard]] const auto& functor() const { return evaluation::get(net); }
    /// The network, to change its conditions between two runs or two evaluations.
    [[nodiscard]] Net& network() { return net; }
    [[nodiscard]] const Net& network() const { return net; }
    [[nodiscard]] combiner_type combiner() const { return {}; }
    [[nodiscard]] hook_type hook() const { return {}; }

    /// Whether a batched network can be called with a Level and what a decorator adds to it.
    template <class In, class Out, class Level, class... Extra>
    static constexpr bool takes = std::is_invocable_v<Net&, In, Out, Level, Extra...>;

    /// Evaluates a batched network. Level: noise_level, or std::span<const noise_level> with a
    /// level for each row; `extra` is what a decorator has to tell the network.
    template <class In, class Out, class Level, class... Extra>
    void call(const In& in, const Out& out, const Level& l, const Extra&... extra) {
        evaluate(net, in, out, l, extra...);
    }
    template <class In, class Out, class Level, class... Extra>
    void call(const In& in, const Out& out, const Level& l, const Extra&... extra) const {
        evaluate(net, in, out, l, extra...);
    }

    /// Writes the log density of each row to `out`, for a solver that compares densities. The
    /// batched network computes them in its member log_density(in, out, levels), with one level for
    /// each row.
    template <class In, class Out>
    void log_densities(const In& in, const Out& out, std::span<const noise_level> levels) {
        evaluate_densities(net, in, out, levels);
    }
    template <class In, class Out>
    void log_densities(const In& in, const Out& out, std::span<const noise_level> levels) const {
        evaluate_densities(net, in, out, levels);
    }

  private:
    /// Calls the network, which is const if the predictor is.
    template <class Network, class In, class Out, class Level, class... Extra>
    static void evaluate(Network& network, const In& in, const Out& out, const Level& l,
                         const Extra&... extra) {
        constexpr bool own = !std::is_same_v<Level, noise_level>;
        static_assert(
            own || std::is_invocable_v<Net&, In, Out, noise_level, Extra...>,
            "diffgen: a batched network is called as net(batch_view<const T> in, "
            "batch_view<T> out, noise_level level), under guidance with a 4th argument, "
            "guidance_rows; wrap a functor of one element in pointwise{...}, of one sample "
            "in samplewise<D>(...)");
        static_assert(
            !own || std::is_invocable_v<Net&, In, Out, Level, Extra...>,
            "diffgen: where samples have noise levels of their own, a batched network is called as "
            "net(batch_view<const T> in, batch_view<T> out, std::span<const noise_level> levels), "
            "with one level for each sample; a network with this overload serves both");
        constexpr bool constant_call = !std::is_const_v<Network> ||
                                       !std::is_invocable_v<Net&, In, Out, Level, Extra...> ||
                                       std::is_invocable_v<const Net&, In, Out, Level, Extra...>;
        static_assert(constant_call,
                      "diffgen: a constant sampler generates with a network whose call operator is "
                      "constant; this one changes itself, so the sampler must not be const");
        if constexpr (constant_call) network(in, out, l, extra...);
    }
    template <class Network, class In, class Out>
    static void evaluate_densities(Network& network, const In& in, const Out& out,
                                   std::span<const noise_level> levels) {
        static_assert(
            requires { network.log_density(in, out, levels); },
            "diffgen: this solver compares densities: the network needs a member "
            "log_density(batch_view<const T> in, batch_view<T> out, std::span<const noise_level> "
            "levels) beside its call, one number a row");
        network.log_density(in, out, levels);
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
