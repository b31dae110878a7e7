// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Normals without a centre of mass, for molecules, proteins and point clouds: models that do not
// care where their points are as a whole live in the space of centred ones.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/noise/source.hpp>

#include <cstdint>

namespace diffgen::inline DIFFGEN_ABI::noise {

/// A sample is `points` points of `axes` numbers each, point by point, and from each number the
/// mean of its axis over the sample's points is taken away: the normal distribution on the subspace
/// of centred samples (Hoogeboom et al. 2022, Equivariant Diffusion for Molecule Generation,
/// section 3.1), of variance 1 - 1 / points for each number. Prior and steps stay in that subspace,
/// if the network does.
struct centred {
    std::uint64_t seed = 0;
    std::uint64_t points = 1;
    std::uint64_t axes = 3;  ///< at most 8

    void check() const {
        diffgen::detail::require(points >= 1 && axes >= 1 && axes <= most_axes, "centred noise of ",
                                 points, " points with ", axes,
                                 " axes; at least 1 point, and 1 to ", most_axes, " axes");
    }
    /// A batch must have samples of points x axes elements.
    template <class Space>
    void check_batch(std::size_t, std::size_t elements) const {
        if (elements != points * axes)
            throw bad_shape(diffgen::detail::text("diffgen: centred noise of ", points,
                                                  " points with ", axes, " axes for samples of ",
                                                  elements, " elements"));
    }

    template <scalar_value T>
    DIFFGEN_HD T normal(noise::stream stream, std::uint32_t draw, std::uint64_t flat) const {
        const philox source{seed};
        const std::uint64_t first = flat / size() * size(), axis = flat % size() % axes;
        T sum = 0;
        for (std::uint64_t p = 0; p < points; ++p)
            sum = sum + source.template normal<T>(stream, draw, first + p * axes + axis);
        return source.template normal<T>(stream, draw, flat) - sum / static_cast<T>(points);
    }

    template <value V>
    DIFFGEN_VALUE void fill(noise::stream stream, std::uint32_t draw, std::uint64_t first,
                            int count, scalar_of<V>* out) const {
        using T = scalar_of<V>;
        const philox source{seed};
        source.template fill<V>(stream, draw, first, count, out);
        const std::uint64_t end = first + static_cast<std::uint64_t>(count);
        for (std::uint64_t sample = first / size(); sample * size() < end; ++sample) {
            const std::uint64_t begins = sample * size(), ends = begins + size();
            T sums[std::size_t{most_axes}] = {};
            if (begins >= first && ends <= end)
                add(out + (begins - first), static_cast<int>(size()), 0, sums);
            else
                add_drawn<V>(source, stream, draw, begins, sums);
            for (std::uint64_t axis = 0; axis < axes; ++axis)
                sums[axis] = sums[axis] / static_cast<T>(points);
            const std::uint64_t from = begins > first ? begins : first,
                                to = ends < end ? ends : end;
            for (std::uint64_t i = from; i < to; ++i)
                out[i - first] = out[i - first] - sums[(i - begins) % axes];
        }
    }

  private:
    static constexpr std::uint64_t most_axes = 8;

    [[nodiscard]] DIFFGEN_HD std::uint64_t size() const { return points * axes; }
    /// Adds `count` numbers of a sample, the first of which is number `at`, to the sums of their
    /// axes; point after point, as normal() does.
    template <class T>
    DIFFGEN_VALUE void add(const T* numbers, int count, std::uint64_t at, T* sums) const {
        for (int i = 0; i < count; ++i) {
            T& sum = sums[(at + static_cast<std::uint64_t>(i)) % axes];
            sum = sum + numbers[i];
        }
    }
    /// Adds all numbers of the sample that begins at flat element `begins`.
    template <class V, class T>
    DIFFGEN_VALUE void add_drawn(const philox& source, noise::stream stream, std::uint32_t draw,
                                 std::uint64_t begins, T* sums) const {
        constexpr int part = 64;
        T numbers[std::size_t{part}];
        for (std::uint64_t at = 0; at < size(); at += part) {
            const std::uint64_t left = size() - at;
            const int taken = left < part ? static_cast<int>(left) : part;
            source.template fill<V>(stream, draw, begins + at, taken, numbers);
            add(numbers, taken, at, sums);
        }
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::noise

#include <diffgen/core/with_macros.hpp>
