// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The words that a diffusers scheduler_config.json uses, and what they are called here.

#include <diffgen/compat/unsupported.hpp>

#include <array>
#include <string>
#include <string_view>

namespace diffgen::compat::diffusers {

enum class scheduler {
    cm_stochastic_iterative,
    cosine_dpm_solver_multistep,
    ddim,
    ddim_inverse,
    ddpm,
    deis_multistep,
    dpm_solver_multistep,
    dpm_solver_singlestep,
    edm_dpm_solver_multistep,
    edm_euler,
    euler_ancestral_discrete,
    euler_discrete,
    flow_match_euler_discrete,
    flow_match_heun_discrete,
    heun_discrete,
    ipndm,
    kdpm2_ancestral_discrete,
    kdpm2_discrete,
    lcm,
    lms_discrete,
    pndm,
    sa_solver,
    tcd,
    unclip,
    unipc_multistep,
};
enum class beta_schedule { linear, scaled_linear, squaredcos_cap_v2, sigmoid, laplace, exp };
enum class prediction_type { epsilon, sample, v_prediction, flow_prediction };
enum class timestep_spacing { leading, trailing, linspace };
enum class final_sigmas_type { zero, sigma_min };
enum class interpolation_type { linear, log_linear };
enum class sigma_schedule { karras, exponential };
enum class time_shift_type { exponential, linear };
enum class timestep_type { discrete, continuous };
enum class algorithm_type {
    dpm_solver,
    dpm_solver_pp,
    sde_dpm_solver,
    sde_dpm_solver_pp,
    deis,
    data_prediction,
    noise_prediction,
};
enum class solver_type { midpoint, heun, logrho, bh1, bh2 };
enum class variance_type { fixed_small, fixed_small_log, fixed_large, learned, learned_range };

namespace detail {

template <class E>
struct name_of {
    std::string_view name;
    E value;
};

template <class E>
struct table_of_names;
template <>
struct table_of_names<scheduler> {
    static constexpr name_of<scheduler> names[] = {
        {"CMStochasticIterativeScheduler", scheduler::cm_stochastic_iterative},
        {"CosineDPMSolverMultistepScheduler", scheduler::cosine_dpm_solver_multistep},
        {"DDIMInverseScheduler", scheduler::ddim_inverse},
        {"DDIMScheduler", scheduler::ddim},
        {"DDPMScheduler", scheduler::ddpm},
        {"DEISMultistepScheduler", scheduler::deis_multistep},
        {"DPMSolverMultistepScheduler", scheduler::dpm_solver_multistep},
        {"DPMSolverSinglestepScheduler", scheduler::dpm_solver_singlestep},
        {"EDMDPMSolverMultistepScheduler", scheduler::edm_dpm_solver_multistep},
        {"EDMEulerScheduler", scheduler::edm_euler},
        {"EulerAncestralDiscreteScheduler", scheduler::euler_ancestral_discrete},
        {"EulerDiscreteScheduler", scheduler::euler_discrete},
        {"FlowMatchEulerDiscreteScheduler", scheduler::flow_match_euler_discrete},
        {"FlowMatchHeunDiscreteScheduler", scheduler::flow_match_heun_discrete},
        {"HeunDiscreteScheduler", scheduler::heun_discrete},
        {"IPNDMScheduler", scheduler::ipndm},
        {"KDPM2AncestralDiscreteScheduler", scheduler::kdpm2_ancestral_discrete},
        {"KDPM2DiscreteScheduler", scheduler::kdpm2_discrete},
        {"LCMScheduler", scheduler::lcm},
        {"LMSDiscreteScheduler", scheduler::lms_discrete},
        {"PNDMScheduler", scheduler::pndm},
        {"SASolverScheduler", scheduler::sa_solver},
        {"TCDScheduler", scheduler::tcd},
        {"UnCLIPScheduler", scheduler::unclip},
        {"UniPCMultistepScheduler", scheduler::unipc_multistep},
    };
};
template <>
struct table_of_names<beta_schedule> {
    static constexpr std::array<name_of<beta_schedule>, 6> names{
        {{"linear", beta_schedule::linear},
         {"scaled_linear", beta_schedule::scaled_linear},
         {"squaredcos_cap_v2", beta_schedule::squaredcos_cap_v2},
         {"sigmoid", beta_schedule::sigmoid},
         {"laplace", beta_schedule::laplace},
         {"exp", beta_schedule::exp}}};
};
template <>
struct table_of_names<prediction_type> {
    static constexpr std::array<name_of<prediction_type>, 4> names{
        {{"epsilon", prediction_type::epsilon},
         {"sample", prediction_type::sample},
         {"v_prediction", prediction_type::v_prediction},
         {"flow_prediction", prediction_type::flow_prediction}}};
};
template <>
struct table_of_names<timestep_spacing> {
    static constexpr std::array<name_of<timestep_spacing>, 3> names{
        {{"leading", timestep_spacing::leading},
         {"trailing", timestep_spacing::trailing},
         {"linspace", timestep_spacing::linspace}}};
};
template <>
struct table_of_names<final_sigmas_type> {
    static constexpr std::array<name_of<final_sigmas_type>, 2> names{
        {{"zero", final_sigmas_type::zero}, {"sigma_min", final_sigmas_type::sigma_min}}};
};
template <>
struct table_of_names<interpolation_type> {
    static constexpr std::array<name_of<interpolation_type>, 2> names{
        {{"linear", interpolation_type::linear}, {"log_linear", interpolation_type::log_linear}}};
};
template <>
struct table_of_names<sigma_schedule> {
    static constexpr std::array<name_of<sigma_schedule>, 2> names{
        {{"karras", sigma_schedule::karras}, {"exponential", sigma_schedule::exponential}}};
};
template <>
struct table_of_names<time_shift_type> {
    static constexpr std::array<name_of<time_shift_type>, 2> names{
        {{"exponential", time_shift_type::exponential}, {"linear", time_shift_type::linear}}};
};
template <>
struct table_of_names<algorithm_type> {
    static constexpr std::array<name_of<algorithm_type>, 7> names{
        {{"dpmsolver", algorithm_type::dpm_solver},
         {"dpmsolver++", algorithm_type::dpm_solver_pp},
         {"sde-dpmsolver", algorithm_type::sde_dpm_solver},
         {"sde-dpmsolver++", algorithm_type::sde_dpm_solver_pp},
         {"deis", algorithm_type::deis},
         {"data_prediction", algorithm_type::data_prediction},
         {"noise_prediction", algorithm_type::noise_prediction}}};
};
template <>
struct table_of_names<solver_type> {
    static constexpr std::array<name_of<solver_type>, 5> names{{{"midpoint", solver_type::midpoint},
                                                                {"heun", solver_type::heun},
                                                                {"logrho", solver_type::logrho},
                                                                {"bh1", solver_type::bh1},
                                                                {"bh2", solver_type::bh2}}};
};
template <>
struct table_of_names<timestep_type> {
    static constexpr std::array<name_of<timestep_type>, 2> names{
        {{"discrete", timestep_type::discrete}, {"continuous", timestep_type::continuous}}};
};
/// Not fixed_large_log: it is the square root of a negative number in diffusers.
template <>
struct table_of_names<variance_type> {
    static constexpr std::array<name_of<variance_type>, 5> names{
        {{"fixed_small", variance_type::fixed_small},
         {"fixed_small_log", variance_type::fixed_small_log},
         {"fixed_large", variance_type::fixed_large},
         {"learned", variance_type::learned},
         {"learned_range", variance_type::learned_range}}};
};

/// Every option of the schedulers in diffusers 0.40.
inline constexpr std::string_view known_options[] = {"algorithm_type",
                                                     "base_image_seq_len",
                                                     "base_shift",
                                                     "beta_end",
                                                     "beta_schedule",
                                                     "beta_start",
                                                     "clip_denoised",
                                                     "clip_sample",
                                                     "clip_sample_range",
                                                     "corrector_order",
                                                     "disable_corrector",
                                                     "dynamic_thresholding_ratio",
                                                     "euler_at_final",
                                                     "final_sigmas_type",
                                                     "flow_shift",
                                                     "interpolation_type",
                                                     "invert_sigmas",
                                                     "lambda_min_clipped",
                                                     "lower_order_final",
                                                     "max_image_seq_len",
                                                     "max_shift",
                                                     "num_train_timesteps",
                                                     "original_inference_steps",
                                                     "predict_x0",
                                                     "prediction_type",
                                                     "predictor_order",
                                                     "rescale_betas_zero_snr",
                                                     "rho",
                                                     "s_noise",
                                                     "sample_max_value",
                                                     "set_alpha_to_one",
                                                     "shift",
                                                     "shift_terminal",
                                                     "sigma_data",
                                                     "sigma_max",
                                                     "sigma_min",
                                                     "sigma_schedule",
                                                     "skip_prk_steps",
                                                     "solver_order",
                                                     "solver_p",
                                                     "solver_type",
                                                     "steps_offset",
                                                     "stochastic_sampling",
                                                     "tau_func",
                                                     "thresholding",
                                                     "time_shift_type",
                                                     "timestep_scaling",
                                                     "timestep_spacing",
                                                     "timestep_type",
                                                     "trained_betas",
                                                     "use_beta_sigmas",
                                                     "use_dynamic_shifting",
                                                     "use_exponential_sigmas",
                                                     "use_flow_sigmas",
                                                     "use_karras_sigmas",
                                                     "use_lu_lambdas",
                                                     "variance_type"};

}  // namespace detail

/// What the word `name` of the option `key` stands for. Throws compat::unsupported with both, and
/// the words that would do.
template <class E>
[[nodiscard]] E named(std::string_view key, std::string_view name) {
    std::string known;
    for (const auto& [word, value] : detail::table_of_names<E>::names) {
        if (word == name) return value;
        known += (known.empty() ? "" : ", ") + std::string(word);
    }
    throw unsupported(
        diffgen::detail::text("diffgen: '", key, "' is '", name, "'; diffgen reproduces ", known));
}

/// The word for a value.
template <class E>
[[nodiscard]] std::string_view name(E value) {
    for (const auto& [word, each] : detail::table_of_names<E>::names)
        if (each == value) return word;
    return "?";
}

}  // namespace diffgen::compat::diffusers
