// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A solver of your own: the midpoint method in sigma / alpha, as two lines of algebra. It runs on
// every back end, fused or stepwise, with every prediction and kernel.

#include <diffgen/diffgen.hpp>

#include "common/ring.hpp"

#include <cmath>
#include <vector>

// [solver]
struct midpoint {
    static constexpr int registers = 2;  // the state, and the state at the middle of the step
    static constexpr int rows = 1;       // registers that a stage writes
    static constexpr int draws = 0;      // normals that a stage uses

    static int stages(const diffgen::step& s) { return s.to().is_clean() ? 1 : 2; }

    static diffgen::stage plan(const diffgen::step& s, int j) {
        using namespace diffgen::symbol;  // x, D: the state, and the denoised estimate at `input`
        const auto &from = s.from(), &to = s.to();
        if (to.is_clean()) return diffgen::evaluation_stage(from).write(0, D);
        const double r = from.sigma_over_alpha(),
                     h = to.sigma_over_alpha() - r;  // dy/dr = (y - D) / r, y = x / alpha
        const auto middle = s.process.level_of_log_snr(-2 * std::log(r + h / 2));
        if (j == 0) {
            const auto slope = (x / from.alpha - D) / r;
            return diffgen::evaluation_stage(from).write(
                1, middle.alpha * (x / from.alpha + h / 2 * slope));
        }
        const auto slope = (reg(1) / middle.alpha - D) / middle.sigma_over_alpha();
        return diffgen::evaluation_stage(middle, 1).write(0,
                                                          to.alpha * (x / from.alpha + h * slope));
    }
};
// [solver]

int main() {
    using namespace diffgen;
    sampler s{schedule::cosine{}, kernel::variance_preserving{}, exact(ring::mixture()),
              midpoint{}};
    std::vector<float> x(2 * 200'000);
    s.generate(exec::cpp, batch(x, 200'000), {.steps = 20, .seed = 7, .grid = grid::log_snr{}});
    ring::write_picture<float>("own_solver.png", x);
}
