// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The options of a diffusers scheduler, as its scheduler_config.json has them (diffusers 0.42).

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/names.hpp>

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers {

/// Every member bears the option's name and its default in most of its classes.
struct config {
    diffusers::scheduler scheduler = scheduler::ddim;
    int num_train_timesteps = 1000;
    double beta_start = 0.0001;
    double beta_end = 0.02;
    diffusers::beta_schedule beta_schedule = beta_schedule::linear;
    std::vector<double> trained_betas{};  ///< empty: none
    bool rescale_betas_zero_snr = false;
    diffusers::prediction_type prediction_type = prediction_type::epsilon;
    diffusers::timestep_spacing timestep_spacing = timestep_spacing::leading;
    int steps_offset = 0;
    bool set_alpha_to_one = true;  ///< DDIM: the data are noiseless; false: as noisy as timestep 0
    diffusers::variance_type variance_type = variance_type::fixed_small;  ///< DDPM
    bool clip_sample = true;
    double clip_sample_range = 1;
    bool thresholding = false;
    double dynamic_thresholding_ratio = 0.995;
    double sample_max_value = 1;
    bool use_karras_sigmas = false;
    bool use_exponential_sigmas = false;
    bool use_beta_sigmas = false;
    std::optional<double> sigma_min{};
    std::optional<double> sigma_max{};
    diffusers::final_sigmas_type final_sigmas_type = final_sigmas_type::zero;
    diffusers::interpolation_type interpolation_type = interpolation_type::linear;
    diffusers::timestep_type timestep_type = timestep_type::discrete;
    double sigma_data = 0.5;                                                    ///< EDM
    double rho = 7;                                                             ///< EDM
    diffusers::sigma_schedule sigma_schedule = sigma_schedule::karras;          ///< EDM
    double shift = 1;                                                           ///< flow matching
    bool use_dynamic_shifting = false;                                          ///< flow matching
    diffusers::time_shift_type time_shift_type = time_shift_type::exponential;  ///< flow matching
    double base_shift = 0.5;       ///< dynamic shifting: mu of an image of base_image_seq_len
    double max_shift = 1.15;       ///< and that of one of max_image_seq_len
    int base_image_seq_len = 256;  ///< in patches
    int max_image_seq_len = 4096;  ///< in patches
    std::optional<double> shift_terminal{};  ///< flow matching
    bool invert_sigmas = false;              ///< flow matching
    bool stochastic_sampling = false;        ///< flow matching
    bool skip_prk_steps = false;             ///< PNDM
    int original_inference_steps = 50;  ///< LCM, TCD: of the distillation; 0: all timesteps (TCD)
    double timestep_scaling = 10;       ///< LCM
    double s_noise = 1;                 ///< CMStochasticIterative, LTXEulerAncestralRF
    bool clip_denoised = true;          ///< CMStochasticIterative
    double eta = 1;                     ///< LTXEulerAncestralRF
    double snr_shift_scale = 1;         ///< CogVideoXDDIM: by which alpha^2 / sigma^2 is divided
    // the solvers in lambda = log(alpha / sigma)
    diffusers::algorithm_type algorithm_type = algorithm_type::dpm_solver_pp;
    diffusers::solver_type solver_type = solver_type::midpoint;
    int solver_order = 2;
    int predictor_order = 2;  ///< SA-Solver
    int corrector_order = 2;  ///< SA-Solver
    bool lower_order_final = true;
    bool euler_at_final = false;
    bool predict_x0 = true;                ///< UniPC
    std::vector<int> disable_corrector{};  ///< UniPC: the steps that are not corrected
    bool use_lu_lambdas = false;
    bool use_flow_sigmas = false;
    double flow_shift = 1;
    double lambda_min_clipped = -std::numeric_limits<double>::infinity();
    /// The keys of the file that the class does not have, and passes over.
    std::vector<std::string> unused{};
};

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers

#include <diffgen/core/with_macros.hpp>
