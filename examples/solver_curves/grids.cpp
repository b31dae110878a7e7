// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The grids that the solvers of diffgen are tried with, and a run on one of them.

#include <diffgen/compat/diffusers/pipeline/generate.hpp>
#include <diffgen/grid/beta.hpp>
#include <diffgen/grid/gits.hpp>
#include <diffgen/grid/karras.hpp>
#include <diffgen/grid/log_linear.hpp>
#include <diffgen/grid/polyexponential.hpp>
#include <diffgen/grid/shifted.hpp>
#include <diffgen/grid/straight.hpp>
#include <diffgen/grid/uniform.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/sampler.hpp>

#include "knobs.hpp"
#include "ours.hpp"

#include <cmath>
#include <numbers>
#include <sstream>
#include <utility>

namespace curves {

namespace {

/// "name{value}".
std::string with_value(const char* name, double value) {
    std::ostringstream text;
    text << name << '{' << value << '}';
    return text.str();
}

/// sigma = sin^2 of an angle in equal steps, of unit variance: the levels of iPNDM.
struct squared_sine {
    [[nodiscard]] static std::vector<diffgen::noise_level> levels(const diffgen::process_view& p,
                                                                  int n) {
        std::vector<diffgen::noise_level> l{p.level(p.t_max())};
        for (int i = n - 1; i > 0; --i) {
            const double root = std::sin(std::numbers::pi / 2 * i / n), sigma = root * root;
            const double log_snr = 2 * std::log(std::sqrt(1 - sigma * sigma) / sigma);
            l.push_back(log_snr < l[0].log_snr ? l[0] : p.level_of_log_snr(log_snr));
        }
        l.push_back(p.clean());
        return l;
    }
};

}  // namespace

const std::vector<named_grid>& grids() {
    using namespace diffgen::grid;
    static const std::vector<named_grid> all = [] {
        std::vector<named_grid> g{{"uniform", uniform{}},
                                  {"quadratic", quadratic{}},
                                  {"beta", beta{}},
                                  {"squared_sine", squared_sine{}}};
        for (const double rho : knobs::rhos)
            g.push_back({with_value("karras", rho), karras{rho}});
        for (const double most : knobs::most_noise) {
            const auto from = diffgen::detail::text(" from ", most);
            g.push_back({"log_snr" + from, log_snr{{.sigma_max = most}}});
            g.push_back({"karras{7}" + from, karras{7, {.sigma_max = most}}});
        }
        g.push_back({"log_snr, ends at sigma_min", log_snr{.ends_at_sigma_min = true}});
        g.push_back({"karras{7}, ends at sigma_min", karras{.ends_at_sigma_min = true}});
        for (const double rho : {0.7, 0.85, 1., 1.1, 1.2, 1.35, 1.5})
            g.push_back({with_value("polyexponential", rho), polyexponential{rho}});
        for (const double shift : {0.4, 0.6, 0.8})
            g.push_back(
                {"quadratic, " + with_value("shifted", shift), shifted{quadratic{}, shift}});
        g.push_back({"align_your_steps", align_your_steps::stable_diffusion()});
        g.push_back({"gits{0.9}", gits{0.9}});
        g.push_back({"gits{1.2}", gits{1.2}});
        for (const double shift : {0.1, 0.15, 0.2, 0.3, 0.4, 0.6})
            g.push_back({"uniform, " + with_value("shifted", shift), shifted{uniform{}, shift}});
        for (const double shift : knobs::shifts)
            g.push_back({with_value("straight", shift), straight{shift}});
        for (const double shift : {0.3, 0.4, 0.6, 0.8, 1., 1.5})
            g.push_back(
                {"kl_optimal, " + with_value("shifted", shift), shifted{kl_optimal{}, shift}});
        return g;
    }();
    return all;
}

candidate on_grid(std::string name, const std::string& options, any_solver solver,
                  const named_grid& grid) {
    const auto run = [solver = std::move(solver), places = grid.grid](
                         const problem& p, int budget,
                         const Eigen::MatrixXd& start) -> std::optional<outcome> {
        diffgen::sampler s{p.schedule, diffgen::kernel::variance_preserving{},
                           diffgen::predicts(diffgen::denoised{}, network{&p, output::denoised}),
                           solver};
        try {
            for (int steps = budget; steps > 0; --steps) {
                const diffgen::options o{.steps = steps, .seed = 1, .grid = places};
                if (evaluations_of(s, o) > budget) continue;
                outcome done{0, start};
                done.evaluations = s.generate_from(diffgen::exec::cpp,
                                                   diffgen::compat::diffusers::start_time(s, o),
                                                   as_batch(done.samples), o)
                                       .evaluations;
                return done;
            }
        } catch (const diffgen::error&) {  // no such levels on this schedule
        }
        return std::nullopt;
    };
    return {std::move(name), options.empty() ? grid.name : grid.name + ", " + options, run};
}

}  // namespace curves
