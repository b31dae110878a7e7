// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How the divergence of a flow is found: its trace exactly, or probes (Hutchinson 1989; for flows,
// Grathwohl et al. 2019). A probe stays the same along a path, so that the path's sum has an error
// of its own and what a solver sees is smooth.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/density/kind.hpp>
#include <diffgen/noise/source.hpp>
#include <diffgen/noise/stream.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::density {

/// The exact trace: of functors by forward mode, of networks by a member divergence(), or as many
/// products with the Jacobian as a sample has elements.
struct exact_trace {
    using kind = exact;
    static constexpr bool probes_it = false;

    /// Sums of the divergence that are kept of each sample.
    [[nodiscard]] static std::size_t count() { return 1; }
    [[nodiscard]] static std::vector<double> probes(std::size_t, std::size_t, std::uint64_t) {
        return {};
    }
};

/// -1 or 1, each as likely: the least variance for most Jacobians, and none for diagonal ones.
struct rademacher {
    static double draw(const noise::philox& random, std::uint32_t probe, std::uint64_t flat) {
        return random.uniform<double>(noise::stream::metric, probe, flat) < 0.5 ? -1 : 1;
    }
};
/// Standard normals.
struct gaussian {
    static double draw(const noise::philox& random, std::uint32_t probe, std::uint64_t flat) {
        return random.normal<double>(noise::stream::metric, probe, flat);
    }
};

/// The mean over probes of v' J v. Unbiased; of two probes and more a standard error comes with
/// each log density. A sample's probes depend on the seed and its number alone.
template <class Distribution = rademacher>
struct hutchinson {
    using kind = estimate;
    static constexpr bool probes_it = true;

    int number = 1;          ///< probes a sample
    std::uint64_t seed = 0;  ///< of the probes

    void check() const {
        require(number > 0, "a Hutchinson estimate of ", number, " probes; there is 1 or more");
    }
    [[nodiscard]] std::size_t count() const { return static_cast<std::size_t>(number); }
    /// samples x number x elements.
    [[nodiscard]] std::vector<double> probes(std::size_t samples, std::size_t elements,
                                             std::uint64_t first_sample) const {
        const noise::philox random{seed};
        std::vector<double> v;
        v.reserve(samples * count() * elements);
        for (std::size_t i = 0; i < samples; ++i)
            for (std::size_t p = 0; p < count(); ++p)
                for (std::size_t d = 0; d < elements; ++d)
                    v.push_back(Distribution::draw(random, static_cast<std::uint32_t>(p),
                                                   (first_sample + i) * elements + d));
        return v;
    }
};

/// Probes of one's own, samples x number x elements.
struct given_probes {
    using kind = estimate;
    static constexpr bool probes_it = true;

    std::vector<double> values;
    int number = 1;

    void check() const {
        require(number > 0 && !values.empty(), number, " given probes of ", values.size(),
                " numbers");
    }
    [[nodiscard]] std::size_t count() const { return static_cast<std::size_t>(number); }
    [[nodiscard]] std::vector<double> probes(std::size_t samples, std::size_t elements,
                                             std::uint64_t /*first_sample*/) const {
        if (values.size() != samples * count() * elements)
            throw bad_shape(diffgen::detail::text(
                "diffgen: ", values.size(), " numbers of probes for ", samples, " samples of ",
                elements, " elements with ", number, " probes each"));
        return values;
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::density

#include <diffgen/core/with_macros.hpp>
