// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// anomaly [--quick]: which digits are odd? First a class that no method has seen, each of the ten
// in turn; then digits with 3 x 3 pixels of another digit in them. The area under the receiver
// operating characteristic for every method, and that of its maps, pixel by pixel. Writes
// anomaly.png. docs/tasks.md discusses the tables.

#include <diffgen/io/contact_sheet.hpp>
#include <diffgen/io/png.hpp>
#include <diffgen/metrics/ranking.hpp>
#include <diffgen/nn/weights_file.hpp>

#include "../common/on_all_cores.hpp"
#include "methods.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace anomaly;

double auroc(std::span<const double> scores, std::span<const int> labels) {
    diffgen::metrics::ranking r;
    r.add(scores, labels);
    return r.auroc();
}

/// What is found in x by the methods that need no training by gradients.
std::vector<finding> find(const matrix& healthy, const matrix& x, const matrix& covariance) {
    return {
        nearest(healthy, x),
        components(healthy, x),
        mixture(healthy, x),
        exact_denoising(healthy, x),
        exact_reconstruction("AnoDDPM, Gaussian noise, exact estimate",
                             posterior::data_points<float>(healthy), diffgen::noise::philox{}, x),
        exact_reconstruction("AnoDDPM, simplex noise, exact estimate",
                             posterior::data_points<float>(healthy, covariance), smooth_noise(),
                             x)};
}

/// Prints the mean and the least over the classes left out; returns the best mean.
double classes_left_out(const pictures& training, const pictures& test, const matrix& covariance,
                        int classes) {
    std::vector<std::vector<finding>> of_class(static_cast<std::size_t>(classes));
    common::on_all_cores(classes, [&](long c) {
        const matrix healthy = training.where([&](int label) { return label != c; });
        of_class[static_cast<std::size_t>(c)] = find(healthy, test.values, covariance);
    });
    std::printf("a class left out                             mean    least\n");
    double best = 0;
    for (std::size_t method = 0; method < of_class[0].size(); ++method) {
        double sum = 0, least = 1;
        for (int c = 0; c < classes; ++c) {
            std::vector<int> is_odd;
            for (const int label : test.labels)
                is_odd.push_back(label == c);
            const double a = auroc(of_class[static_cast<std::size_t>(c)][method].scores, is_odd);
            sum += a;
            least = std::min(least, a);
        }
        const double mean = sum / classes;
        best = std::max(best, mean);
        std::printf("%-42s %6.3f   %6.3f\n", of_class[0][method].method.c_str(), mean, least);
    }
    return best;
}

/// How well the map tells the pixels of a defect from others, in the digits that have one.
double auroc_of_pixels(const matrix& maps, const defects& d) {
    std::vector<double> values;
    std::vector<int> labels;
    for (Index i = 0; i < maps.cols(); ++i)
        if (d.is_defect[static_cast<std::size_t>(i)])
            for (Index e = 0; e < maps.rows(); ++e) {
                values.push_back(maps(e, i));
                labels.push_back(d.patch(e, i) > 0 ? 1 : 0);
            }
    return auroc(values, labels);
}

/// Digits with a defect, above their maps.
void write_picture(const matrix& maps, const defects& d) {
    std::vector<diffgen::io::image> tiles, below;
    for (Index i = 0; i < maps.cols() && tiles.size() < 16; i += 2) {
        const Eigen::VectorXf digit = d.values.col(i).cast<float>(),
                              map = maps.col(i).cast<float>();
        const auto tile = [](const Eigen::VectorXf& v, float low, float high) {
            return diffgen::io::grey_image(
                std::span<const float>(v.data(), static_cast<std::size_t>(v.size())), 8, 8, low,
                high);
        };
        tiles.push_back(tile(digit, -1, 1));
        below.push_back(tile(map, 0, map.maxCoeff()));
    }
    tiles.insert(tiles.end(), below.begin(), below.end());
    diffgen::io::write_png(
        "anomaly.png",
        diffgen::io::contact_sheet(tiles, {.columns = 16, .scale = 4, .background = 96}));
}

double local_defects(const pictures& training, const pictures& test, const matrix& covariance,
                     digits::network& net) {
    const defects d = with_defects(test);
    auto found = find(training.values, d.values, covariance);
    found.push_back(trained_denoising(net, d.values));
    found.push_back(trained_reconstruction(net, d.values));
    std::printf("\n3 x 3 pixels of another digit               digit  window    pixel\n");
    double best = 0;
    const finding* shown = nullptr;
    for (const finding& f : found) {
        const double score = auroc(f.scores, d.is_defect);
        std::printf("%-42s %6.3f", f.method.c_str(), score);
        if (score > best) shown = &f;
        best = std::max(best, score);
        if (f.maps.size() > 0)
            std::printf("  %6.3f   %6.3f", auroc(task::window_scores(f.maps, side, 3), d.is_defect),
                        auroc_of_pixels(f.maps, d));
        std::printf("\n");
    }
    if (shown != nullptr && shown->maps.size() > 0) write_picture(shown->maps, d);
    return best;
}

}  // namespace

int main(int argc, char** argv) try {
    const bool quick = argc > 1 && std::string_view(argv[1]) == "--quick";
    const pictures training = read(DIFFGEN_DIGITS_DATA "/optdigits.tra", quick ? 1200 : 4000),
                   test = read(DIFFGEN_DIGITS_DATA "/optdigits.tes", quick ? 300 : 2000);
    auto net = digits::make_network();
    diffgen::nn::load_weights(net.weights(), DIFFGEN_DIGITS_WEIGHTS);
    const matrix covariance = covariance_of_smooth_noise();
    const double odd_class = classes_left_out(training, test, covariance, quick ? 1 : 10);
    const double defect = local_defects(training, test, covariance, net);
    const double enough = quick ? 0.85 : 0.979, enough_for_defects = quick ? 0.8 : 0.889;
    return odd_class >= enough && defect >= enough_for_defects ? 0 : 1;
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 2;
}
