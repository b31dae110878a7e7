// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The objective of masked diffusion: the weighted cross-entropy of masked levels, whose mean is the
// negative bound of the log-likelihood (Sahoo et al. 2024, eq. 10; Shi et al. 2024). Its network is
// an autoregressive model of every order at once (Uria et al. 2014; Ou et al. 2024).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>
#include <diffgen/discrete/masked.hpp>
#include <diffgen/discrete/total_noise.hpp>
#include <diffgen/nn/fit.hpp>
#include <diffgen/nn/operations.hpp>
#include <diffgen/nn/shuffle.hpp>
#include <diffgen/nn/softmax.hpp>
#include <diffgen/train/dataset.hpp>
#include <diffgen/train/times.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::train {

/// Which elements of a sample are masked, and what the cross-entropy of each counts for.
struct chosen_masks {
    std::vector<int> elements;
    double weight;
};

/// The number of masks is uniform over 1 .. elements, and all sets of so many are as likely. The
/// weight is elements / number, so that the variance is that of a mean. Samples of a batch share
/// the range evenly.
struct masks_by_count {
    [[nodiscard]] chosen_masks operator()(const place& at, std::int64_t elements) const {
        const double part = (static_cast<double>(at.number) + at.uniform(noise::stream::times)) /
                            static_cast<double>(at.batch);
        const auto count =
            std::min(elements, 1 + static_cast<std::int64_t>(part * static_cast<double>(elements)));
        std::vector<int> order(static_cast<std::size_t>(elements));
        std::iota(order.begin(), order.end(), 0);
        std::vector<double> key;
        for (std::int64_t e = 0; e < elements; ++e)
            key.push_back(uniform(at, e, elements));
        std::sort(order.begin(), order.end(), [&key](int a, int b) {
            return key[static_cast<std::size_t>(a)] < key[static_cast<std::size_t>(b)];
        });
        order.resize(static_cast<std::size_t>(count));
        return {std::move(order), static_cast<double>(elements) / static_cast<double>(count)};
    }

    /// The uniform number of an element of a sample of the batch.
    [[nodiscard]] static double uniform(const place& at, std::int64_t e, std::int64_t elements) {
        return at.random.uniform<double>(noise::stream::training,
                                         static_cast<std::uint32_t>(at.step),
                                         static_cast<std::uint64_t>(at.number * elements + e));
    }
};

/// Every element is masked with the schedule's probability at a time t that is uniform in (0, 1),
/// and counts for the weight of the continuous-time bound there.
template <discrete::noise_schedule Schedule>
struct masks_by_schedule {
    Schedule schedule{};

    [[nodiscard]] chosen_masks operator()(const place& at, std::int64_t elements) const {
        const double t = (static_cast<double>(at.number) + at.uniform(noise::stream::times)) /
                         static_cast<double>(at.batch);
        const double move = 1 - discrete::kept(schedule, t);
        chosen_masks chosen{{}, discrete::masked_weight(schedule, t)};
        for (std::int64_t e = 0; e < elements; ++e)
            if (masks_by_count::uniform(at, e, elements) < move)
                chosen.elements.push_back(static_cast<int>(e));
        return chosen;
    }
};

/// What a network of levels is asked in training.
struct masked_batch {
    std::span<const int> levels;   ///< sample after sample, masks included
    std::span<const int> queries;  ///< which of these the network is asked for
    const place* first = nullptr;  ///< of the first sample in the training; none outside one
};

template <class Masking = masks_by_count>
struct masked_levels {
    int mask;  ///< the level that stands for it
    Masking masking{};
    std::uint64_t seed = 0;

    /// The loss for nn::fit: the bound in nats an element, in expectation. A network has elements()
    /// and forward(leaves, tape, masked_batch), which gives logits, levels x queries. Network and
    /// data must outlive the loss. Level: any number. Throws bad_shape, bad_argument.
    template <class Net, class Level>
    auto loss(const Net& net, const dataset<Level>& data) const {
        check(data);
        if (data.elements != net.elements())
            throw bad_shape(diffgen::detail::text("diffgen: a network of ", net.elements(),
                                                  " elements for data of ", data.elements));
        const noise::philox random{seed};
        return [objective = *this, &net, data, random,
                order = nn::shuffle(data.samples, random)]<class T>(const nn::shard<T>& part) {
            std::vector<int> levels, queries, answers;
            std::vector<T> weights;
            place first{random, part.step, part.first, part.batch};
            for (std::int64_t j = 0; j < part.count; ++j) {
                const place at{random, part.step, part.first + j, part.batch};
                const Level* x = data.sample(order(at.step * at.batch + at.number));
                const auto begin = levels.size();
                for (std::int64_t e = 0; e < data.elements; ++e)
                    levels.push_back(static_cast<int>(x[e]));
                const chosen_masks chosen = objective.masking(at, data.elements);
                for (const int e : chosen.elements) {
                    const auto flat = begin + static_cast<std::size_t>(e);
                    queries.push_back(static_cast<int>(flat));
                    answers.push_back(levels[flat]);
                    levels[flat] = objective.mask;
                    weights.push_back(static_cast<T>(chosen.weight));
                }
            }
            if (queries.empty()) return part.record.scalar(T(0));
            const auto logits =
                net.forward(part.weights, part.record, masked_batch{levels, queries, &first});
            const auto weight = part.record.constant(
                nn::view<T>(weights.data(), 1, static_cast<nn::extent>(weights.size())));
            return sum(weight * cross_entropy(logits, std::span<const int>(answers))) /
                   static_cast<T>(part.batch * data.elements);
        };
    }
};

}  // namespace diffgen::inline DIFFGEN_ABI::train

#include <diffgen/core/with_macros.hpp>
