// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// restoration [--quick]: test digits of which half is hidden, or the middle, or only means are
// known, restored by the digits' network without training it for that. Prints for five measurements
// the signal-to-noise ratio over the unknown pixels of the mean of many candidates and of one,
// their ranked probability score, and how often a classifier sees the right class; beside them the
// exact posterior of a mixture of 20 Gaussians that was fitted to the same digits. Writes
// restoration.png: for each digit the truth, what was measured, six candidates, the mean of all,
// and the mixture's mean. docs/tasks.md discusses the table.

#include <diffgen/io/contact_sheet.hpp>
#include <diffgen/io/png.hpp>
#include <diffgen/metrics/gaussian_statistics.hpp>
#include <diffgen/nn/weights_file.hpp>
#include <diffgen/posterior/fit_mixture.hpp>

#include "methods.hpp"
#include "problem.hpp"
#include "scores.hpp"

#include <cstdint>
#include <cstdio>
#include <exception>
#include <span>
#include <string_view>
#include <vector>

namespace {

using namespace restoration;

diffgen::io::image tile(const vector& x) {
    const Eigen::VectorXf f = x.cwiseMax(-1).cwiseMin(1).cast<float>();
    return diffgen::io::grey_image(std::span<const float>(f.data(), pixels), 8, 8, -1.f, 1.f);
}

/// A row of the picture: one digit, and what was made of it.
void add_row(std::vector<diffgen::io::image>& tiles, Index digit, const matrix& truth,
             const restored& plain, const restored& network, const restored& mixture) {
    tiles.push_back(tile(truth.col(digit)));
    tiles.push_back(tile(plain.mean.col(digit)));
    for (Index k = 0; k < 6; ++k)
        tiles.push_back(tile(network.candidates.col(digit * network.count + k)));
    tiles.push_back(tile(network.mean.col(digit)));
    tiles.push_back(tile(mixture.mean.col(digit)));
}

/// Two Gaussians for each class.
std::vector<posterior::mixture> mixtures_of_classes(const pictures& training) {
    std::vector<posterior::mixture> all;
    for (int c = 0; c < digits::classes; ++c) {
        std::vector<Index> chosen;
        for (std::size_t i = 0; i < training.labels.size(); ++i)
            if (training.labels[i] == c) chosen.push_back(static_cast<Index>(i));
        all.push_back(posterior::fit_mixture(matrix(training.values(Eigen::all, chosen)),
                                             {.components = 2, .ridge = 1e-2, .iterations = 25})
                          .mixture);
    }
    return all;
}

}  // namespace

int main(int argc, char** argv) try {
    const bool quick = argc > 1 && std::string_view(argv[1]) == "--quick";
    const Index count = quick ? 6 : 32, shown = 2;
    const int steps = quick ? 10 : 40;
    const pictures training = read("optdigits.tra", quick ? 600 : 4000),
                   test = read("optdigits.tes", quick ? 6 : 100);
    const matrix covariance = diffgen::metrics::gaussian_statistics(training.values).covariance();
    digits::network net = digits::make_network();
    diffgen::nn::load_weights(net.weights(), DIFFGEN_DIGITS_WEIGHTS);
    const posterior::fit_options fit{
        .components = quick ? 4 : 20, .ridge = 1e-2, .iterations = quick ? 5 : 25};
    const auto prior = posterior::fit_mixture(training.values, fit).mixture;
    const auto of_class = mixtures_of_classes(training);
    const judge j = judge_of(training);
    std::printf("%td digits; a classifier sees the right class in %.1f %% of them\n",
                test.values.cols(), class_kept(j, test, test.values));

    std::vector<diffgen::io::image> tiles;
    std::uint32_t number = 0;
    for (const task& t : tasks()) {
        const matrix y = measure(t, number++, test.values);
        std::printf("\n%s\n", t.name.c_str());
        print_header();
        const auto plain = by_pseudo_inverse(t, y);
        print(j, t, test, plain);
        const auto mixture = by_mixture("mixture, exact", prior, t, y, count);
        print(j, t, test, mixture);
        const std::vector<int> no_class(static_cast<std::size_t>(test.values.cols() * count),
                                        net.null_class());
        print(j, t, test,
              by_network("prior_covariance", net, t, y, posterior::prior_covariance(covariance),
                         no_class, steps));
        const matched_moments matching{posterior::prior_covariance(covariance)};
        print(j, t, test, by_network("moment_matching", net, t, y, matching, no_class, steps));
        const auto told = by_network("the same, class drawn", net, t, y, matching,
                                     classes_given(of_class, t, y, count), steps);
        print(j, t, test, told);
        for (Index i = 0; i < shown; ++i)
            add_row(tiles, i, test.values, plain, told, mixture);
    }
    diffgen::io::write_png("restoration.png",
                           diffgen::io::contact_sheet(
                               tiles, {.columns = 10, .scale = 4, .margin = 3, .background = 96}));
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
