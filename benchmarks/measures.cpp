// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// bench.measures [SAMPLES [ELEMENTS]]: seconds and memory of the measures that grow with the square
// of a set, for two sets of features. The default, 50,000 of 2,048, is the usual size in papers.

#include <diffgen/metrics/frechet_distance.hpp>
#include <diffgen/metrics/gaussian_statistics.hpp>
#include <diffgen/metrics/kernel_distance.hpp>
#include <diffgen/metrics/precision_recall.hpp>
#include <diffgen/metrics/progress.hpp>
#include <diffgen/metrics/samples.hpp>
#include <diffgen/noise/source.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <sys/resource.h>

namespace metrics = diffgen::metrics;

namespace {

/// Features as networks make them: not negative, of unequal spread, a few directions wide.
Eigen::MatrixXd features(Eigen::Index samples, Eigen::Index elements, std::uint32_t draw) {
    constexpr auto stream = diffgen::noise::stream::data;
    constexpr Eigen::Index wide = 64, at_once = 256;
    const diffgen::noise::philox random{1};
    const auto normals = [&](std::uint32_t of, std::uint64_t first, Eigen::MatrixXd& out) {
        for (Eigen::Index i = 0; i < out.size(); ++i)
            out.data()[i] =
                random.normal<double>(stream, of, first + static_cast<std::uint64_t>(i));
    };
    Eigen::MatrixXd directions(elements, wide);
    normals(0, 0, directions);
    directions.array().rowwise() /= Eigen::ArrayXd::LinSpaced(wide, 1, 8).transpose();
    Eigen::MatrixXd result(elements, samples);
    for (Eigen::Index first = 0; first < samples; first += at_once) {
        const Eigen::Index n = std::min(at_once, samples - first);
        Eigen::MatrixXd hidden(wide, n), own(elements, n);
        normals(draw, static_cast<std::uint64_t>(first * wide), hidden);
        normals(draw + 1, static_cast<std::uint64_t>(first * elements), own);
        result.middleCols(first, n) = (0.2 * directions * hidden + own).cwiseMax(0);
    }
    return result;
}

template <class Measure>
void timed(const char* name, Measure measure) {
    const auto start = std::chrono::steady_clock::now();
    const double figure = measure();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("%-44s %9.1f s   peak %6.2f GiB   figure %.6g\n", name, took.count(),
                static_cast<double>(usage.ru_maxrss) / (1 << 20), figure);
    std::fflush(stdout);
}

bool show(const metrics::progress& p) {
    std::fprintf(stderr, "\r%lld of %lld blocks%s", static_cast<long long>(p.done),
                 static_cast<long long>(p.total), p.done == p.total ? "\n" : "");
    return true;
}

}  // namespace

int main(int argc, char** argv) try {
    const Eigen::Index samples = argc > 1 ? std::atol(argv[1]) : 50000;
    const Eigen::Index elements = argc > 2 ? std::atol(argv[2]) : 2048;
    std::printf("%lld samples of %lld elements on %d threads, %s\n",
                static_cast<long long>(samples), static_cast<long long>(elements),
                Eigen::nbThreads(), Eigen::SimdInstructionSetsInUse());
    const Eigen::MatrixXd real = features(samples, elements, 2);
    const Eigen::MatrixXd generated = features(samples, elements, 4);

    timed("Frechet distance", [&] {
        const auto fit = [](const Eigen::MatrixXd& set) {
            metrics::gaussian_accumulator all;
            for (Eigen::Index first = 0; first < set.cols(); first += 1024)
                all.add(set.middleCols(first, std::min<Eigen::Index>(1024, set.cols() - first)));
            return all.statistics();
        };
        return metrics::frechet_distance(fit(real), fit(generated));
    });
    timed("kernel distance, 100 subsets of 1,000", [&] {
        const metrics::subset_options o{.subsets = 100,
                                        .size = std::min<Eigen::Index>(1000, samples)};
        return metrics::kernel_distance_of_subsets(real, generated, o, show).mean;
    });
    timed("precision, recall, density, coverage",
          [&] { return metrics::precision_recall(real, generated, 5, show).precision; });
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
