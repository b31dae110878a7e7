// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The CFG++ samplers of ComfyUI against its loops (comfy/k_diffusion/sampling.py, 2025), written
// out here in doubles, with the library's normals: state by state after every step, to 1e-12.

#include <diffgen/compat/comfyui.hpp>
#include <diffgen/core/lanes.hpp>
#include <diffgen/grid/explicit.hpp>
#include <diffgen/guidance/guided.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/edm.hpp>

#include "compare.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

using namespace diffgen;
namespace comfyui = compat::comfyui;

namespace {

constexpr std::size_t samples = 5;
constexpr std::uint64_t seed = 21;
constexpr double weight = 0.7;
const std::vector<double> sigmas{11, 6, 3.5, 1.2, 0.4, 0.1, 0};

/// Conditional and unconditional estimates; not Gaussian, so that no two formulas agree by chance.
double estimate(double x, double sigma, bool conditioned) {
    return conditioned ? std::tanh(x / (1 + sigma)) + 0.3 : 0.4 * std::sin(x) / (1 + sigma * sigma);
}
const auto network = [](auto in, auto out, const noise_level& l, guidance_rows rows) {
    for (std::size_t i = 0; i < in.samples; ++i)
        out.data[i] = estimate(in.data[i], l.sigma, rows.branch_of(i) == 0);
};

using numbers = std::vector<double>;

numbers normals(std::uint32_t draw, noise::stream stream = noise::stream::solver) {
    numbers z(samples);
    for (std::size_t i = 0; i < samples; ++i)
        z[i] = noise::philox{seed}.normal<double>(stream, draw, i);
    return z;
}

/// What ComfyUI's loops see: the estimate under guidance, and that without the condition.
struct model {
    numbers denoised, uncond;
    model(const numbers& x, double sigma) {
        for (const double v : x) {
            const double u = estimate(v, sigma, false);
            uncond.push_back(u);
            denoised.push_back(u + weight * (estimate(v, sigma, true) - u));
        }
    }
};

struct ancestral_step {
    double down, up;
    ancestral_step(double from, double to, double eta)
        : up(std::min(to, eta * std::sqrt(to * to * (from * from - to * to) / (from * from)))) {
        down = std::sqrt(to * to - up * up);
    }
};

/// The states after every step: f(i, x) makes the next of state x.
std::vector<numbers> states(const std::function<numbers(std::size_t, const numbers&)>& f) {
    numbers x = normals(0, noise::stream::prior);
    for (double& v : x)
        v *= sigmas[0];
    std::vector<numbers> all;
    for (std::size_t i = 0; i + 1 < sigmas.size(); ++i)
        all.push_back(x = f(i, x));
    return all;
}

template <class Solver>
void check(const Solver& solver, const std::vector<numbers>& expected) {
    sampler s{schedule::edm{}, kernel::variance_exploding{},
              guided{predicts(denoised{}, network), classifier_free{weight}}, solver};
    numbers x(samples);
    std::size_t step = 0;
    const options o{.seed = seed,
                    .grid = grid::sigmas{sigmas},
                    .observe = {[&](const observation& at) {
                        CHECK(testing::largest_difference(at.state(), expected[step++]) < 1e-12);
                        return true;
                    }}};
    s.generate(exec::cpp, batch(x, samples), o);
    CHECK(step == expected.size());
}

}  // namespace

TEST_CASE("sample_euler_ancestral_cfg_pp and sample_euler_cfg_pp") {
    for (const double eta : {0., 0.6, 1.}) {
        const auto expected = states([&](std::size_t i, const numbers& x) {
            const model m(x, sigmas[i]);
            if (sigmas[i + 1] == 0) return m.denoised;
            const ancestral_step s(sigmas[i], sigmas[i + 1], eta);
            const numbers z = normals(static_cast<std::uint32_t>(i));
            numbers next(samples);
            for (std::size_t k = 0; k < samples; ++k) {
                const double d = (x[k] - m.uncond[k]) / sigmas[i];
                next[k] = m.denoised[k] + d * s.down + z[k] * 1.1 * s.up;
            }
            return next;
        });
        check(comfyui::euler_ancestral_cfg_pp{{eta, 1.1}}, expected);
        if (eta == 0) check(comfyui::euler_cfg_pp{}, expected);
    }
}

TEST_CASE("sample_dpmpp_2s_ancestral_cfg_pp") {
    for (const double eta : {0., 1.}) {
        check(comfyui::dpmpp_2s_ancestral_cfg_pp{{eta, 1.05}},
              states([&](std::size_t i, const numbers& x) {
                  const model m(x, sigmas[i]);
                  const ancestral_step s(sigmas[i], sigmas[i + 1], eta);
                  if (s.down == 0) return m.denoised;
                  const double t = -std::log(sigmas[i]), h = -std::log(s.down) - t;
                  const double middle = std::exp(-(t + 0.5 * h));
                  numbers x_2(samples), next(samples);
                  for (std::size_t k = 0; k < samples; ++k)
                      x_2[k] = middle / sigmas[i] * (x[k] + m.denoised[k] - m.uncond[k]) -
                               std::expm1(-0.5 * h) * m.denoised[k];
                  const model second(x_2, middle);
                  const numbers z = normals(static_cast<std::uint32_t>(i));
                  for (std::size_t k = 0; k < samples; ++k)
                      next[k] = s.down / sigmas[i] * (x[k] + m.denoised[k] - m.uncond[k]) -
                                std::expm1(-h) * second.denoised[k] + z[k] * 1.05 * s.up;
                  return next;
              }));
    }
}

TEST_CASE("sample_gradient_estimation_cfg_pp") {
    numbers old(samples);
    check(comfyui::gradient_estimation_cfg_pp{{1.8}}, states([&](std::size_t i, const numbers& x) {
              const model m(x, sigmas[i]);
              if (sigmas[i + 1] == 0) return m.denoised;
              numbers next(samples);
              for (std::size_t k = 0; k < samples; ++k) {
                  const double d = (x[k] - m.uncond[k]) / sigmas[i];
                  next[k] = m.denoised[k] + d * sigmas[i + 1];
                  if (i >= 1) next[k] += (1.8 - 1) * (d - old[k]) * (sigmas[i + 1] - sigmas[i]);
                  old[k] = d;
              }
              return next;
          }));
}

TEST_CASE("sample_dpmpp_2m_cfg_pp") {
    std::optional<numbers> old;
    check(comfyui::dpmpp_2m_cfg_pp{}, states([&](std::size_t i, const numbers& x) {
              const model m(x, sigmas[i]);
              const double t = -std::log(sigmas[i]), h = -std::log(sigmas[i + 1]) - t;
              numbers next(samples);
              for (std::size_t k = 0; k < samples; ++k) {
                  double mix = -std::exp(-h) * m.uncond[k];
                  if (old && sigmas[i + 1] != 0) {
                      const double r = (t + std::log(sigmas[i - 1])) / h;
                      mix -= std::expm1(-h) / (2 * r) * (m.denoised[k] - (*old)[k]);
                  }
                  next[k] = m.denoised[k] + mix + std::exp(-h) * x[k];
              }
              old = m.uncond;
              return next;
          }));
}

TEST_CASE("sample_res_multistep_cfg_pp and sample_res_multistep_ancestral_cfg_pp") {
    for (const double eta : {0., 1.}) {
        std::optional<numbers> old;
        double old_down = 0;
        check(comfyui::res_multistep_cfg_pp{eta, 0.9}, states([&](std::size_t i, const numbers& x) {
                  const model m(x, sigmas[i]);
                  const ancestral_step s(sigmas[i], sigmas[i + 1], eta);
                  numbers next(samples);
                  for (std::size_t k = 0; k < samples; ++k) {
                      if (s.down == 0 || !old) {
                          next[k] = m.denoised[k] + (x[k] - m.uncond[k]) / sigmas[i] * s.down;
                          continue;
                      }
                      const auto time = [](double sigma) { return -std::log(sigma); };
                      const double h = time(s.down) - time(sigmas[i]);
                      const double c2 = (time(sigmas[i - 1]) - time(old_down)) / h;
                      const double phi_1 = std::expm1(-h) / -h, phi_2 = (phi_1 - 1) / -h;
                      const double b1 = phi_1 - phi_2 / c2, b2 = phi_2 / c2;
                      next[k] = std::exp(-h) * (x[k] + (m.denoised[k] - m.uncond[k])) +
                                h * (b1 * m.uncond[k] + b2 * (*old)[k]);
                  }
                  if (sigmas[i + 1] > 0) {
                      const numbers z = normals(static_cast<std::uint32_t>(i));
                      for (std::size_t k = 0; k < samples; ++k)
                          next[k] += z[k] * 0.9 * s.up;
                  }
                  old = m.uncond;
                  old_down = s.down;
                  return next;
              }));
    }
}
