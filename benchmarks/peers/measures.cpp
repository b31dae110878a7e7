// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// peer_measures MEASURE REAL.npy GENERATED.npy NUMBER: diffgen's side of measures.py. Float32
// features, a row a sample; prints the figures and what they cost as one JSON object. The measures:
//   frechet              NUMBER of samples in a chunk
//   kernel               NUMBER of subsets, of 1,000 samples or all
//   precision_recall     NUMBER of neighbours

#include <diffgen/core/error.hpp>
#include <diffgen/io/npy.hpp>
#include <diffgen/metrics/frechet_distance.hpp>
#include <diffgen/metrics/gaussian_statistics.hpp>
#include <diffgen/metrics/kernel_distance.hpp>
#include <diffgen/metrics/precision_recall.hpp>
#include <diffgen/metrics/progress.hpp>
#include <diffgen/metrics/samples.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <map>
#include <string>
#include <string_view>
#include <sys/resource.h>

namespace metrics = diffgen::metrics;

namespace {

using figures = std::map<std::string, double>;

/// A float32 file of numpy, which is C order, as a column a sample.
struct features {
    explicit features(const char* path) : file(diffgen::io::read_npy<float>(path)) {
        if (file.shape.size() != 2)
            throw diffgen::bad_shape("diffgen: features are samples x elements");
    }

    [[nodiscard]] Eigen::Map<const Eigen::MatrixXf> values() const {
        return {file.data.data(), static_cast<Eigen::Index>(file.shape[1]),
                static_cast<Eigen::Index>(file.shape[0])};
    }

    /// In double, as measures take them; what was read is given back.
    [[nodiscard]] metrics::matrix moved_to_double() {
        metrics::matrix result = values().cast<double>();
        file = {};
        return result;
    }

    diffgen::io::npy_array<float> file;
};

bool show(const metrics::progress& p) {
    std::fprintf(stderr, "\rdiffgen: %lld of %lld blocks%s", static_cast<long long>(p.done),
                 static_cast<long long>(p.total), p.done == p.total ? "\n" : "");
    return true;
}

metrics::gaussian_statistics fit(features& set, Eigen::Index chunk) {
    metrics::gaussian_accumulator all;
    const auto values = set.values();
    for (Eigen::Index first = 0; first < values.cols(); first += chunk) {
        const Eigen::Index n = std::min(chunk, values.cols() - first);
        all.add(values.middleCols(first, n).cast<double>());
    }
    return all.statistics();
}

figures measure(std::string_view name, features& real, features& generated, int number) {
    if (name == "frechet")
        return {{"frechet", metrics::frechet_distance(fit(real, number), fit(generated, number))}};
    if (name == "kernel") {
        const auto x = real.values(), y = generated.values();
        const auto size = std::min({Eigen::Index{1000}, x.cols(), y.cols()});
        const auto found = metrics::kernel_distance_of_subsets(
            x, y, {.subsets = number, .size = size, .seed = 1}, show);
        return {{"kernel", found.mean}, {"deviation", found.deviation}};
    }
    const metrics::matrix x = real.moved_to_double(), y = generated.moved_to_double();
    if (name == "precision_recall") {
        const auto found = metrics::precision_recall(x, y, number, show);
        return {{"precision", found.precision},
                {"recall", found.recall},
                {"density", found.density},
                {"coverage", found.coverage}};
    }
    throw diffgen::bad_argument("diffgen: no measure has the name " + std::string(name));
}

double processor_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc != 5) throw diffgen::bad_argument("diffgen: MEASURE REAL.npy GENERATED.npy NUMBER");
    features real(argv[2]), generated(argv[3]);
    const auto start = std::chrono::steady_clock::now();
    const double before = processor_seconds();
    const figures found = measure(argv[1], real, generated, std::atoi(argv[4]));
    const double processor = processor_seconds() - before;
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("{\"wall\": %.3f, \"processor\": %.3f, \"gib\": %.3f", wall.count(), processor,
                static_cast<double>(usage.ru_maxrss) / (1 << 20));
    for (const auto& [key, value] : found)
        std::printf(", \"%s\": %.17g", key.c_str(), value);
    std::printf("}\n");
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
