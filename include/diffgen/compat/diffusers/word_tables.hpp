// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The words that a diffusers scheduler_config.json uses for each choice.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/compat/diffusers/words.hpp>

#include <array>
#include <string_view>

namespace diffgen::inline DIFFGEN_ABI::compat::diffusers::detail {

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
        {"CogVideoXDDIMScheduler", scheduler::cog_video_x_ddim},
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
        {"FlowMatchLCMScheduler", scheduler::flow_match_lcm},
        {"HeunDiscreteScheduler", scheduler::heun_discrete},
        {"IPNDMScheduler", scheduler::ipndm},
        {"KDPM2AncestralDiscreteScheduler", scheduler::kdpm2_ancestral_discrete},
        {"KDPM2DiscreteScheduler", scheduler::kdpm2_discrete},
        {"LCMScheduler", scheduler::lcm},
        {"LMSDiscreteScheduler", scheduler::lms_discrete},
        {"LTXEulerAncestralRFScheduler", scheduler::ltx_euler_ancestral_rf},
        {"PNDMScheduler", scheduler::pndm},
        {"SASolverScheduler", scheduler::sa_solver},
        {"TCDScheduler", scheduler::tcd},
        {"UnCLIPScheduler", scheduler::unclip},
        {"UniPCMultistepScheduler", scheduler::unipc_multistep},
        // other names of the same steps
        {"DDIMParallelScheduler", scheduler::ddim},
        {"DDPMParallelScheduler", scheduler::ddpm},
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

}  // namespace diffgen::inline DIFFGEN_ABI::compat::diffusers::detail

#include <diffgen/core/with_macros.hpp>
