// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The options of a diffusers scheduler, as its scheduler_config.json has them (diffusers 0.40).

#include <diffgen/compat/diffusers/names.hpp>
#include <diffgen/compat/unsupported.hpp>
#include <diffgen/io/json_value.hpp>

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diffgen::compat::diffusers {

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
    std::optional<double> shift_terminal{};                                     ///< flow matching
    bool invert_sigmas = false;                                                 ///< flow matching
    bool stochastic_sampling = false;                                           ///< flow matching
    bool skip_prk_steps = false;                                                ///< PNDM
    int original_inference_steps = 50;  ///< LCM, TCD: of the distillation; 0: all timesteps (TCD)
    double timestep_scaling = 10;       ///< LCM
    double s_noise = 1;                 ///< CMStochasticIterative
    bool clip_denoised = true;          ///< CMStochasticIterative
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
};

/// The defaults of a class where they differ from those above.
[[nodiscard]] inline config defaults_of(scheduler s) {
    config c;
    c.scheduler = s;
    switch (s) {
        case scheduler::cm_stochastic_iterative:
            c.num_train_timesteps = 40;
            c.sigma_min = 0.002;
            c.sigma_max = 80;
            break;
        case scheduler::ddim:
        case scheduler::ddim_inverse:
        case scheduler::ddpm:
        case scheduler::flow_match_euler_discrete:
        case scheduler::flow_match_heun_discrete:
        case scheduler::ipndm:
            break;
        case scheduler::edm_dpm_solver_multistep:
        case scheduler::edm_euler:
            c.sigma_min = 0.002;
            c.sigma_max = 80;
            break;
        case scheduler::heun_discrete:
        case scheduler::kdpm2_ancestral_discrete:
        case scheduler::kdpm2_discrete:
            c.beta_start = 0.00085;
            c.beta_end = 0.012;
            c.clip_sample = false;
            c.timestep_spacing = timestep_spacing::linspace;
            break;
        case scheduler::lcm:
        case scheduler::tcd:
            c.beta_start = 0.00085;
            c.beta_end = 0.012;
            c.beta_schedule = beta_schedule::scaled_linear;
            c.clip_sample = false;
            break;
        case scheduler::pndm:
            c.set_alpha_to_one = false;
            break;
        case scheduler::unclip:
            c.beta_schedule = beta_schedule::squaredcos_cap_v2;
            c.variance_type = variance_type::fixed_small_log;
            break;
        case scheduler::cosine_dpm_solver_multistep:
            c.sigma_min = 0.3;
            c.sigma_max = 500;
            c.sigma_data = 1;
            c.sigma_schedule = sigma_schedule::exponential;
            c.prediction_type = prediction_type::v_prediction;
            break;
        case scheduler::deis_multistep:
            c.algorithm_type = algorithm_type::deis;
            c.solver_type = solver_type::logrho;
            c.timestep_spacing = timestep_spacing::linspace;
            break;
        case scheduler::sa_solver:
            c.algorithm_type = algorithm_type::data_prediction;
            c.timestep_spacing = timestep_spacing::linspace;
            break;
        case scheduler::unipc_multistep:
            c.solver_type = solver_type::bh2;
            c.timestep_spacing = timestep_spacing::linspace;
            break;
        case scheduler::dpm_solver_singlestep:
            c.lower_order_final = false;
            break;
        case scheduler::dpm_solver_multistep:
        case scheduler::euler_ancestral_discrete:
        case scheduler::euler_discrete:
        case scheduler::lms_discrete:
            c.timestep_spacing = timestep_spacing::linspace;
            break;
    }
    return c;
}

namespace detail {

/// Whether networks of a class can predict the velocity of a straight path.
inline bool takes_flow_prediction(scheduler s) {
    return s == scheduler::deis_multistep || s == scheduler::dpm_solver_multistep ||
           s == scheduler::dpm_solver_singlestep || s == scheduler::sa_solver ||
           s == scheduler::unipc_multistep;
}

/// Takes back options that a class of the solvers in lambda does not have, but others have.
inline void drop_foreign(config& c) {
    const auto is = [&](std::initializer_list<scheduler> classes) {
        return std::find(classes.begin(), classes.end(), c.scheduler) != classes.end();
    };
    if (is({scheduler::deis_multistep, scheduler::dpm_solver_singlestep, scheduler::sa_solver}))
        c.rescale_betas_zero_snr = false;
    if (is({scheduler::deis_multistep, scheduler::dpm_solver_multistep,
            scheduler::dpm_solver_singlestep, scheduler::sa_solver}))
        c.sigma_min = c.sigma_max = std::nullopt;
    if (is({scheduler::deis_multistep, scheduler::dpm_solver_singlestep, scheduler::sa_solver,
            scheduler::unipc_multistep}))
        c.use_lu_lambdas = false;
    if (is({scheduler::deis_multistep, scheduler::unipc_multistep}))
        c.lambda_min_clipped = -std::numeric_limits<double>::infinity();
    if (is({scheduler::cosine_dpm_solver_multistep, scheduler::deis_multistep,
            scheduler::edm_dpm_solver_multistep, scheduler::unipc_multistep}))
        c.variance_type = variance_type::fixed_small;
    if (is({scheduler::cosine_dpm_solver_multistep})) {
        c.algorithm_type = algorithm_type::sde_dpm_solver_pp;
        c.thresholding = false;
    }
}

/// Refuses an option that no scheduler of diffusers has. Options of other classes are let pass, as
/// diffusers does when a configuration is handed from one class to another.
inline void require_known(std::string_view key) {
    if (key.starts_with('_')) return;
    for (const std::string_view known : known_options)
        if (key == known) return;
    throw bad_argument(diffgen::detail::text("diffgen: unknown option '", key,
                                             "' in the configuration of a diffusers scheduler"));
}

inline void require_range(bool inside, const char* key, double value, const char* range) {
    if (!inside)
        throw bad_argument(
            diffgen::detail::text("diffgen: '", key, "' is ", value, ", not ", range));
}

}  // namespace detail

/// Reads the options of the class `scheduler` ("DDIMScheduler", ...). Missing ones take their
/// defaults. Throws compat::unsupported for a class or a value that diffgen does not reproduce,
/// bad_argument for what diffusers does not know either; both name the key.
[[nodiscard]] inline config read_config(std::string_view scheduler, const io::json& options) {
    for (const auto& [key, value] : options.members())
        detail::require_known(key);
    const auto null = [&](const char* key) {
        return !options.contains(key) || options.at(key).is_null();
    };
    config c = defaults_of(named<diffusers::scheduler>("_class_name", scheduler));
    const auto read = [&](const char* key, auto& member) {
        using member_type = std::remove_reference_t<decltype(member)>;
        if (null(key)) return;
        if constexpr (std::is_enum_v<member_type>)
            member = named<member_type>(key, options.get<std::string>(key));
        else if constexpr (requires {
                               typename member_type::value_type;
                               member.has_value();
                           })
            member = options.get<typename member_type::value_type>(key);
        else
            member = options.get<member_type>(key);
    };
    read("num_train_timesteps", c.num_train_timesteps);
    read("beta_start", c.beta_start);
    read("beta_end", c.beta_end);
    read("beta_schedule", c.beta_schedule);
    read("trained_betas", c.trained_betas);
    read("rescale_betas_zero_snr", c.rescale_betas_zero_snr);
    read("prediction_type", c.prediction_type);
    read("timestep_spacing", c.timestep_spacing);
    read("steps_offset", c.steps_offset);
    read("set_alpha_to_one", c.set_alpha_to_one);
    read("variance_type", c.variance_type);
    read("clip_sample", c.clip_sample);
    read("clip_sample_range", c.clip_sample_range);
    read("thresholding", c.thresholding);
    read("dynamic_thresholding_ratio", c.dynamic_thresholding_ratio);
    read("sample_max_value", c.sample_max_value);
    read("use_karras_sigmas", c.use_karras_sigmas);
    read("use_exponential_sigmas", c.use_exponential_sigmas);
    read("use_beta_sigmas", c.use_beta_sigmas);
    read("sigma_min", c.sigma_min);
    read("sigma_max", c.sigma_max);
    read("final_sigmas_type", c.final_sigmas_type);
    read("interpolation_type", c.interpolation_type);
    read("timestep_type", c.timestep_type);
    read("sigma_data", c.sigma_data);
    read("rho", c.rho);
    read("sigma_schedule", c.sigma_schedule);
    read("shift", c.shift);
    read("use_dynamic_shifting", c.use_dynamic_shifting);
    read("time_shift_type", c.time_shift_type);
    read("shift_terminal", c.shift_terminal);
    read("invert_sigmas", c.invert_sigmas);
    read("stochastic_sampling", c.stochastic_sampling);
    read("skip_prk_steps", c.skip_prk_steps);
    read("original_inference_steps", c.original_inference_steps);
    if (options.contains("original_inference_steps") && null("original_inference_steps"))
        c.original_inference_steps = 0;
    read("timestep_scaling", c.timestep_scaling);
    read("s_noise", c.s_noise);
    read("clip_denoised", c.clip_denoised);
    read("algorithm_type", c.algorithm_type);
    read("solver_type", c.solver_type);
    read("solver_order", c.solver_order);
    read("predictor_order", c.predictor_order);
    read("corrector_order", c.corrector_order);
    read("lower_order_final", c.lower_order_final);
    read("euler_at_final", c.euler_at_final);
    read("predict_x0", c.predict_x0);
    read("disable_corrector", c.disable_corrector);
    read("use_lu_lambdas", c.use_lu_lambdas);
    read("use_flow_sigmas", c.use_flow_sigmas);
    read("flow_shift", c.flow_shift);
    read("lambda_min_clipped", c.lambda_min_clipped);
    if (c.prediction_type == prediction_type::flow_prediction &&
        !detail::takes_flow_prediction(c.scheduler))
        throw unsupported(diffgen::detail::text(
            "diffgen: 'prediction_type' is 'flow_prediction' in ", scheduler));
    if (c.scheduler == scheduler::unipc_multistep && !null("solver_p"))
        throw unsupported("diffgen: 'solver_p' is not null in UniPCMultistepScheduler");
    if (c.scheduler == scheduler::sa_solver && !null("tau_func"))
        throw unsupported("diffgen: 'tau_func' is not null in SASolverScheduler");
    detail::drop_foreign(c);
    detail::require_range(c.num_train_timesteps > 0, "num_train_timesteps", c.num_train_timesteps,
                          "positive");
    detail::require_range(c.clip_sample_range > 0, "clip_sample_range", c.clip_sample_range,
                          "positive");
    detail::require_range(c.dynamic_thresholding_ratio >= 0 && c.dynamic_thresholding_ratio <= 1,
                          "dynamic_thresholding_ratio", c.dynamic_thresholding_ratio,
                          "between 0 and 1");
    if (c.scheduler == scheduler::pndm || c.scheduler == scheduler::unclip)
        c.rescale_betas_zero_snr = false;  // these have no such option
    if (c.scheduler == scheduler::unclip) c.trained_betas.clear();
    if (!c.trained_betas.empty() && c.scheduler != scheduler::ipndm &&
        c.trained_betas.size() != static_cast<std::size_t>(c.num_train_timesteps))
        throw bad_argument(diffgen::detail::text("diffgen: 'trained_betas' has ",
                                                 c.trained_betas.size(), " entries for ",
                                                 c.num_train_timesteps, " 'num_train_timesteps'"));
    return c;
}

/// The same for a whole scheduler_config.json, which names its class.
[[nodiscard]] inline config read_config(const io::json& options) {
    return read_config(options.get<std::string>("_class_name"), options);
}

}  // namespace diffgen::compat::diffusers
