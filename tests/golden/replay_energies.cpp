// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Boltzmann machines and annealed importance sampling; tests/golden_models/README.md describes the
// files.

#include <diffgen/family/energy/annealed_importance.hpp>
#include <diffgen/family/energy/metropolis.hpp>
#include <diffgen/family/energy/restricted_boltzmann.hpp>

#include "family_replay.hpp"

namespace golden {

namespace {

/// Slice k of an input with three indices, a column for each value of the second.
matrix slice_of(const json& file, const std::string& name, std::size_t k) {
    const auto shape = shape_of(file, name);
    const auto data = input(file, name);
    const std::size_t size = data.size() / shape.at(0);
    const auto cols = static_cast<nn::extent>(shape.at(1));
    return Eigen::Map<const matrix>(data.data() + k * size, static_cast<nn::extent>(size) / cols,
                                    cols);
}

matrix list_of(const json& file, const std::string& name) {
    const auto data = input(file, name);
    return Eigen::Map<const matrix>(data.data(), static_cast<nn::extent>(data.size()), 1);
}

void append(numbers& all, const numbers& more) {
    all.insert(all.end(), more.begin(), more.end());
}

bool is_gaussian(const json& file) {
    const json& params = file.at("params");
    if (params.contains("gaussian")) return params.get<bool>("gaussian");
    for (const char* name : {"kind", "visible", "visible_units", "units", "type", "form", "energy"})
        if (params.contains(name)) {
            const auto text = params.get<std::string>(name);
            if (text.find("aussian") != std::string::npos || text.find("|v") != std::string::npos ||
                text.find("^2") != std::string::npos)
                return true;
        }
    return false;
}

comparison replay_rbm(const json& file) {
    only_options(file, {"cd_steps", "persistent", "energy", "gaussian", "kind", "visible",
                        "visible_units", "units", "type", "form", "note"});
    const family::restricted_boltzmann machine{matrix_of(file, "W"), list_of(file, "b"),
                                               list_of(file, "c"), is_gaussian(file)};
    machine.check();
    const matrix x = columns_of(file, "x");
    results r;
    r["free_energy"] = by_column(machine.free_energy(x));
    r["log_z"] = {machine.log_z()};
    r["log_likelihood"] = by_column(machine.log_likelihood(x));
    if (machine.gaussian) r["score"] = by_column(machine.score(x));
    const auto put = [&](const std::string& name, const auto& g) {
        r[name + "_W"] = by_row(g.weight);
        r[name + "_b"] = by_row(g.b);
        r[name + "_c"] = by_row(g.c);
    };
    put("exact_grad", machine.exact_gradient(x));
    r["model_mean_visible"] = by_row(machine.expectations().b);
    r["hidden_probability_data"] = by_column(machine.hidden_probability(x));
    r["hidden_probability"] = r["hidden_probability_data"];
    if (has_input(file, "uniform_hidden")) {
        matrix v = columns_of(file, has_input(file, "chain_start") ? "chain_start" : "x");
        const std::string visible =
            has_input(file, "uniform_visible") ? "uniform_visible" : "noise_visible";
        const auto steps = file.at("params").get<std::size_t>("cd_steps", 1);
        for (std::size_t k = 0; k < steps; ++k) {
            const matrix h =
                machine.gibbs(v, slice_of(file, "uniform_hidden", k), slice_of(file, visible, k));
            append(r["hidden_states"], by_column(h));
            append(r["visible_states"], by_column(v));
        }
        r["hidden_probability_model"] = by_column(machine.hidden_probability(v));
        put("cd_grad", machine.contrastive_divergence(x, v));
    }
    return compare_expected(file, r);
}

using values = nn::values<double>;

/// What a run of annealing is expected to give.
results results_of(const family::annealed_run<values>& run, double base_log_z) {
    results r;
    for (const auto& w : run.log_weights)
        append(r["log_weights_history"], by_column(w));
    const numbers last = by_column(run.log_weights.back());
    const auto estimate = family::estimate_of(last);
    r["log_weights"] = last;
    r["final_state"] = by_column(run.state);
    r["base_log_z"] = {base_log_z};
    r["log_z_estimate"] = {base_log_z + estimate.log_mean_weight};
    r["effective_sample_size"] = {estimate.effective_sample_size};
    return r;
}

comparison replay_ais_rbm(const json& file) {
    const family::boltzmann_path path{
        list_of(file, "base_bias"), {matrix_of(file, "W"), list_of(file, "b"), list_of(file, "c")}};
    const matrix u = columns_of(file, "uniform_start");
    matrix start = u;
    for (nn::extent j = 0; j < u.cols(); ++j)
        for (nn::extent i = 0; i < u.rows(); ++i)
            start(i, j) = u(i, j) < diffgen::sigmoid(path.base_bias(i, 0)) ? 1 : 0;
    const auto betas = input(file, "betas");
    const auto run = family::annealed_importance(
        path,
        [&](double beta, std::size_t k, const values& v) {
            return path.gibbs(beta, v, values(slice_of(file, "uniform_hidden", k)),
                              values(slice_of(file, "uniform_visible", k)));
        },
        betas, values(start));
    results r = results_of(run, path.base_log_z());
    r["log_z_exact"] = {path.machine.log_z()};
    return compare_expected(file, r);
}

comparison replay_ais(const json& file) {
    only_options(file, {"target", "temperatures", "schedule", "transition", "step",
                        "leapfrog_steps", "base_stddev"});
    const json& params = file.at("params");
    const auto target = params.get<std::string>("target");
    if (target == "rbm") return replay_ais_rbm(file);
    if (target != "mixture") throw unsupported("the target " + target);
    const auto name = params.get<std::string>("transition");
    family::metropolis move{family::proposal::random_walk, params.get<double>("step"),
                            params.get<int>("leapfrog_steps", 0)};
    if (name == "mala")
        move.kind = family::proposal::langevin;
    else if (name == "hmc")
        move.kind = family::proposal::hamiltonian;
    else if (name != "random_walk_metropolis" && name != "random_walk")
        throw unsupported("the transition " + name);
    const double deviation = params.get<double>("base_stddev");
    const family::geometric_path<family::isotropic_normal, family::isotropic_mixture> path{
        {deviation}, {input(file, "weights"), columns_of(file, "means"), input(file, "stddevs")}};
    path.target.check();
    numbers accepted;
    const auto run = family::annealed_importance(
        path,
        [&](double beta, std::size_t k, const values& x) {
            const matrix u = columns_of(file, "uniform").col(static_cast<nn::extent>(k));
            const auto step = move(path, beta, x, values(slice_of(file, "noise", k)),
                                   values(matrix(u.transpose())));
            append(accepted, by_column(step.accepted));
            return step.state;
        },
        input(file, "betas"), values(matrix(deviation * columns_of(file, "start"))));
    const auto dimensions = path.target.means.rows();
    results r = results_of(run, path.base.log_z(dimensions));
    r["accepted"] = accepted;
    double total = 0;
    for (const double w : path.target.weights)
        total += w;
    r["log_z_exact"] = {std::log(total) + family::isotropic_normal{1}.log_z(dimensions)};
    return compare_expected(file, r);
}

const topics_of_this_file known{{"rbm", &replay_rbm}, {"ais", &replay_ais}};

}  // namespace

}  // namespace golden
