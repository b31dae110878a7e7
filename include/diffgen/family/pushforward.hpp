// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Noise through a map: what a flow, the decoder of an autoencoder, the generator of an adversarial
// pair and a model of one step are when they run. Where the map is a bijection, it has a
// log-density (change of variables; Papamakarios et al. 2021, equation 1).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/exec/policy.hpp>
#include <diffgen/family/base_noise.hpp>
#include <diffgen/family/mapped.hpp>
#include <diffgen/noise/source.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::family {

namespace detail {

/// A map of points, or a bijection's forward direction.
template <class Map, class W, class X>
X image_of(const Map& map, const W& w, const X& z) {
    if constexpr (requires { map.forward(w, z); })
        return map.forward(w, z).value;
    else
        return map(w, z);
}

/// f(tag, first, count) for pack after pack of the samples of a tile.
template <class T, class F>
void for_every_pack(std::size_t first, std::size_t last, const F& f) {
    lanes::run<T>([&]<class V>(lanes::tag<V> tag) {
        constexpr std::size_t width = value_traits<V>::width;
        for (std::size_t s = first; s < last; s += width)
            f(tag, s, static_cast<int>(std::min(width, last - s)));
    });
}

}  // namespace detail

/// `map(w, z)` gives a column of features from a column of noise, or map.forward and map.inverse
/// do, noise to data and back. The bits of a sample depend on the seed, its number and the weights,
/// and not on the batch, the policy or the machine.
template <class Map, class Noise = standard_normal>
class pushforward {
  public:
    /// Throws bad_argument for noise of no elements.
    pushforward(Map map, Noise noise) : map_(std::move(map)), noise_(std::move(noise)) {
        require(noise_.elements >= 1, "a pushforward of noise without elements");
        diffgen::detail::check(noise_);
        diffgen::detail::check(map_);
    }
    const Map& map() const { return map_; }
    const Noise& noise() const { return noise_; }

    /// Fills a batch with the samples `first`, first + 1 ... of a seed: noise, map and store in one
    /// pass on lanes. Throws bad_shape where the map gives another number of features, and
    /// non_finite for a sample that is not finite.
    template <class Policy, class T>
    void generate(const Policy& policy, const nn::parameters<T>& weights, batch_view<T> out,
                  std::uint64_t seed, std::uint64_t first = 0) const {
        static_assert(std::is_same_v<typename Policy::space, space::host>,
                      "diffgen: a pushforward runs on a processor");
        const auto w = nn::constants(weights);
        const noise::philox source{seed};
        over_tiles(policy, out.samples, [&](std::size_t begin, std::size_t end) {
            detail::for_every_pack<T>(
                begin, end, [&]<class V>(lanes::tag<V>, std::size_t s, int count) {
                    const auto x = detail::image_of(
                        map_, w, noise_.template draw<V>(source, first + s, count));
                    check_features(x, static_cast<extent>(out.elements), "the samples");
                    store_samples(x, out.sample(s), count);
                });
        });
        for (std::size_t i = 0; i < out.size(); ++i)
            if (!std::isfinite(out.data[i]))
                throw non_finite(diffgen::detail::text("diffgen: sample ", i / out.elements,
                                                       " of a pushforward is ", out.data[i],
                                                       " at element ", i % out.elements));
    }

    /// log p(x) of every sample, in nats. Throws bad_shape where `out` has another size.
    template <class Policy, class T>
    void log_density(const Policy& policy, const nn::parameters<T>& weights, batch_view<const T> x,
                     std::span<T> out) const {
        if (out.size() != x.samples)
            throw bad_shape(diffgen::detail::text("diffgen: ", out.size(), " log-densities of ",
                                                  x.samples, " samples"));
        const auto w = nn::constants(weights);
        over_tiles(policy, x.samples, [&](std::size_t begin, std::size_t end) {
            detail::for_every_pack<T>(
                begin, end, [&]<class V>(lanes::tag<V>, std::size_t s, int count) {
                    const auto log_p = log_density(w, load_samples<V>(x, s, count));
                    T lane[value_traits<V>::width];
                    store(lane, log_p.data()[0]);
                    std::copy_n(lane, count, out.data() + s);
                });
        });
    }
    /// log p(x) of columns, 1 x N, on a tape or on values: minus its mean is the objective of a
    /// flow.
    template <class W, class X>
    X log_density(const W& w, const X& x) const {
        const auto m = map_.inverse(w, x);
        return noise_.log_density(m.value) + m.log_det;
    }

  private:
    static constexpr std::size_t tile = 64;

    template <class Policy, class F>
    static void over_tiles(const Policy& policy, std::size_t samples, const F& f) {
        policy.for_each((samples + tile - 1) / tile,
                        [&](std::size_t i) { f(i * tile, std::min(samples, (i + 1) * tile)); });
    }
    template <value V, class T>
    static void store_samples(const nn::values<V>& x, T* to, int count) {
        const auto size = static_cast<std::size_t>(x.rows());
        T lane[value_traits<V>::width];
        for (std::size_t d = 0; d < size; ++d) {
            store(lane, x.data()[d]);
            for (int i = 0; i < count; ++i)
                to[static_cast<std::size_t>(i) * size + d] = lane[i];
        }
    }
    template <value V, class T>
    static nn::values<V> load_samples(batch_view<const T> x, std::size_t first, int count) {
        nn::values<V> column(static_cast<extent>(x.elements), 1);
        T lane[value_traits<V>::width];
        for (std::size_t d = 0; d < x.elements; ++d) {
            for (int i = 0; i < value_traits<V>::width; ++i)
                lane[i] = x.sample(first + static_cast<std::size_t>(std::min(i, count - 1)))[d];
            column.data()[d] = load<V>(lane);
        }
        return column;
    }

    Map map_;
    Noise noise_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::family

#include <diffgen/core/with_macros.hpp>
