// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The core of diffgen: everything but the adapters of other libraries (diffgen/adapt), the embedded
// network (diffgen/nn, diffgen/train), files (diffgen/io) and measures (diffgen/metrics).

#include <diffgen/concepts.hpp>
#include <diffgen/grid/beta.hpp>
#include <diffgen/grid/comfy.hpp>
#include <diffgen/grid/discrete.hpp>
#include <diffgen/grid/explicit.hpp>
#include <diffgen/grid/karras.hpp>
#include <diffgen/grid/linear_quadratic.hpp>
#include <diffgen/grid/log_linear.hpp>
#include <diffgen/grid/polyexponential.hpp>
#include <diffgen/grid/restarted.hpp>
#include <diffgen/grid/shifted.hpp>
#include <diffgen/grid/uniform.hpp>
#include <diffgen/guidance/clipped.hpp>
#include <diffgen/guidance/guided.hpp>
#include <diffgen/guidance/learned_variance.hpp>
#include <diffgen/guidance/thresholded.hpp>
#include <diffgen/kernel/linear_interpolant.hpp>
#include <diffgen/kernel/sub_variance_preserving.hpp>
#include <diffgen/kernel/variance_exploding.hpp>
#include <diffgen/kernel/variance_preserving.hpp>
#include <diffgen/noise/brownian.hpp>
#include <diffgen/noise/recorded.hpp>
#include <diffgen/observe/observers.hpp>
#include <diffgen/predictor/energy.hpp>
#include <diffgen/predictor/gaussian_mixture.hpp>
#include <diffgen/predictor/predicts.hpp>
#include <diffgen/process/add_noise.hpp>
#include <diffgen/process/process.hpp>
#include <diffgen/process/transition.hpp>
#include <diffgen/sampler.hpp>
#include <diffgen/schedule/betas.hpp>
#include <diffgen/schedule/edm.hpp>
#include <diffgen/schedule/exponential.hpp>
#include <diffgen/schedule/geometric.hpp>
#include <diffgen/schedule/laplace.hpp>
#include <diffgen/schedule/linear_beta.hpp>
#include <diffgen/schedule/log_snr_shifted.hpp>
#include <diffgen/schedule/rectified.hpp>
#include <diffgen/schedule/sigmas.hpp>
#include <diffgen/schedule/stationary.hpp>
#include <diffgen/schedule/sub_vp.hpp>
#include <diffgen/schedule/zero_terminal_snr.hpp>
#include <diffgen/solver/adaptive.hpp>
#include <diffgen/solver/adaptive_dpm.hpp>
#include <diffgen/solver/adaptive_sde.hpp>
#include <diffgen/solver/ancestral.hpp>
#include <diffgen/solver/ancestral_of.hpp>
#include <diffgen/solver/churn.hpp>
#include <diffgen/solver/ddim.hpp>
#include <diffgen/solver/er_sde.hpp>
#include <diffgen/solver/euler_maruyama.hpp>
#include <diffgen/solver/exponential_multistep.hpp>
#include <diffgen/solver/exponential_single.hpp>
#include <diffgen/solver/gradient_estimation.hpp>
#include <diffgen/solver/langevin.hpp>
#include <diffgen/solver/predictor_corrector.hpp>
#include <diffgen/solver/restart.hpp>
#include <diffgen/solver/runge_kutta.hpp>
#include <diffgen/solver/seeds.hpp>
#include <diffgen/solver/tableau.hpp>
