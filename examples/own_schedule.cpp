// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A noise schedule of your own: two functions and two ends, with any kernel and solver.

#include <diffgen/diffgen.hpp>

#include "common/ring.hpp"

#include <cmath>
#include <vector>

// [schedule]
/// log(alpha^2 / sigma^2) falls along a line from 9 to -9 (a schedule "linear in log-SNR").
struct linear_log_snr {
    double first = 9, last = -9;

    double log_snr(double t) const { return first + diffgen::product(t, last - first); }
    double log_snr_rate(double) const { return last - first; }
    double t_min() const { return 0; }
    double t_max() const { return 1; }
};
// [schedule]

int main() {
    using namespace diffgen;
    sampler s{linear_log_snr{}, kernel::sub_variance_preserving{}, exact(ring::mixture()),
              solver::ddim{.eta = 0.5}};
    std::vector<float> x(2 * 200'000);
    s.generate(exec::cpp, batch(x, 200'000), {.steps = 60, .seed = 7});
    ring::write_picture<float>("own_schedule.png", x);
}
