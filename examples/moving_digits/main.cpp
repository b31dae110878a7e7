// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// moving_digits [--quick]: three frames that follow two known ones, of digits that move and now and
// then turn. The known frames are clean blocks of a run with a level for each frame, and the
// network is the exact estimate of the training digits at any mix of levels, so that what is
// sampled can be compared with exact draws of the future. Prints the error of the mean and of one
// candidate, the continuous ranked probability score frame by frame, and evaluations; writes
// moving_digits.png: of four videos the truth, two sampled futures and an exact one. docs/tasks.md
// discusses the table.

#include <diffgen/blocks/rules.hpp>
#include <diffgen/io/contact_sheet.hpp>
#include <diffgen/io/png.hpp>
#include <diffgen/metrics/ranked_probability_score.hpp>

#include "exact.hpp"
#include "forecasts.hpp"
#include "video.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <span>
#include <string_view>
#include <vector>

namespace {

using namespace moving_digits;

void print(const char* name, const matrix& truth, const forecast& f, int evaluations) {
    double of_mean = 0, of_one = 0, score[future] = {};
    std::vector<double> samples(static_cast<std::size_t>(f.count));
    for (Index i = 0; i < truth.cols(); ++i) {
        const auto mine = f.candidates.middleCols(i * f.count, f.count);
        const vector x = truth.col(i).tail(future * pixels);
        of_mean += (mine.rowwise().mean() - x).squaredNorm();
        of_one += (mine.colwise() - x).squaredNorm() / static_cast<double>(f.count);
        for (Index e = 0; e < x.size(); ++e) {
            for (Index k = 0; k < f.count; ++k)
                samples[static_cast<std::size_t>(k)] = mine(e, k);
            score[e / pixels] += f.count > 1 ? diffgen::metrics::fair_crps_of_samples(x[e], samples)
                                             : diffgen::metrics::crps_of_samples(x[e], samples);
        }
    }
    const auto all = static_cast<double>(truth.cols() * future * pixels);
    std::printf("%-34s %7.3f %7.3f", name, std::sqrt(of_mean / all), std::sqrt(of_one / all));
    for (const double s : score)
        std::printf(" %8.4f", s * future / all);
    if (evaluations > 0) std::printf(" %6d", evaluations);
    std::printf("\n");
    std::fflush(stdout);
}

diffgen::io::image tile(const vector& x) {
    const vector in = x.cwiseMax(-1).cwiseMin(1);
    return diffgen::io::grey_image(std::span<const double>(in.data(), pixels), 8, 8, -1., 1.);
}
/// A row of the picture: the known frames, then a future.
void add_row(std::vector<diffgen::io::image>& tiles, const vector& video, const vector& next) {
    for (Index b = 0; b < known; ++b)
        tiles.push_back(tile(video.segment(b * pixels, pixels)));
    for (Index b = 0; b < future; ++b)
        tiles.push_back(tile(next.segment(b * pixels, pixels)));
    tiles.push_back(diffgen::io::blank_image(8, 8, 1, 96));  // from the next one
}

}  // namespace

int main(int argc, char** argv) try {
    const bool quick = argc > 1 && std::string_view(argv[1]) == "--quick";
    const Index count = quick ? 4 : 16;
    const int steps = quick ? 4 : 20;
    const of_digits law(read("optdigits.tra", quick ? 20 : 100));
    const videos test = drawn(read("optdigits.tes", quick ? 3 : 40));
    const matrix& truth = test.all;
    const Index n = truth.cols();

    std::printf("%-34s %7s %7s %8s %8s %8s %6s\n", "", "mean", "one", "frame 3", "frame 4",
                "frame 5", "evals");
    print(
        "last frame again", truth,
        by_draws(n, 1,
                 [&](Index i, dice&) -> vector {
                     return truth.col(i).segment((known - 1) * pixels, pixels).replicate(future, 1);
                 }),
        0);
    print("straight on", truth,
          by_draws(n, 1,
                   [&](Index i, dice&) {
                       vector x(future * pixels),
                           frame = truth.col(i).segment((known - 1) * pixels, pixels);
                       for (Index b = 0; b < future; ++b)
                           x.segment(b * pixels, pixels) = frame =
                               placed(frame, moved(0, test.last[static_cast<std::size_t>(i)].way));
                       return x;
                   }),
          0);
    print("digit and motion known", truth,
          by_draws(n, count,
                   [&](Index i, dice& random) {
                       motion m = test.last[static_cast<std::size_t>(i)];
                       return random.go_on(test.digits.col(i), m, future);
                   }),
          0);
    const forecast exact = by_draws(n, count, [&](Index i, dice& random) {
        const matrix seen = truth.col(i).head(known * pixels).reshaped(pixels, known);
        return exact_draw(law, law.filtered(seen), random);
    });
    print("training digits, exact", truth, exact, 0);
    std::vector<diffgen::io::image> tiles;
    const auto show = [&](const char* name, const auto& rule) {
        const auto [f, evaluations] = sampled(law, truth, rule, count, steps);
        print(name, truth, f, evaluations);
        if (!tiles.empty()) return;
        for (Index i = 0; i < std::min<Index>(4, n); ++i) {
            add_row(tiles, truth.col(i), truth.col(i).tail(future * pixels));
            for (Index k = 0; k < 2; ++k)
                add_row(tiles, truth.col(i), f.candidates.col(i * count + k));
            add_row(tiles, truth.col(i), exact.candidates.col(i * count));
        }
    };
    show("sampled, all frames at once", diffgen::blocks::uniform{future});
    show("sampled, a pyramid", diffgen::blocks::pyramid{future, steps / 4.});
    show("sampled, frame after frame", diffgen::blocks::causal{future});
    diffgen::io::write_png("moving_digits.png",
                           diffgen::io::contact_sheet(
                               tiles, {.columns = 24, .scale = 4, .margin = 2, .background = 96}));
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
