// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Adversarial objectives, penalties of slopes and spectral normalisation;
// tests/golden_models/README.md describes the files.

#include <diffgen/family/objective/adversarial.hpp>
#include <diffgen/family/objective/f_divergence.hpp>
#include <diffgen/family/objective/gradient_penalty.hpp>
#include <diffgen/family/objective/spectral_norm.hpp>

#include "family_replay.hpp"

namespace golden {

namespace {

namespace adversarial = family::adversarial;
using variable = nn::variable<double>;

matrix row_of(const json& file, const std::string& name) {
    const auto data = input(file, name);
    return Eigen::Map<const matrix>(data.data(), 1, static_cast<nn::extent>(data.size()));
}

/// Both losses and their gradients; the generator's under names with a suffix.
template <class Objective>
void put_losses(results& r, const json& file, const Objective& objective,
                const std::string& suffix = "") {
    nn::tape<double> tape;
    const auto real = tape.constant(row_of(file, "real")),
               fake = tape.constant(row_of(file, "fake"));
    const auto critic = objective.critic(real, fake), generator = objective.generator(real, fake);
    const auto gc = grad(critic, {real, fake}), gg = grad(generator, {real, fake});
    r["discriminator_loss"] = by_column(critic.value());
    r["grad_discriminator_real"] = by_column(gc[0].value());
    r["grad_discriminator_fake"] = by_column(gc[1].value());
    r["generator_loss" + suffix] = by_column(generator.value());
    r["grad_generator_real" + suffix] = by_column(gg[0].value());
    r["grad_generator_fake" + suffix] = by_column(gg[1].value());
    // The same formula on values.
    const nn::values<double> x(row_of(file, "real")), y(row_of(file, "fake"));
    const double again = objective.critic(x, y).item();
    if (!(std::abs(again - critic.item()) < 1e-12 * (1 + std::abs(again))))
        r["discriminator_loss"] = {NAN};
}

template <class Divergence>
results replay_divergence(const json& file, const Divergence& f) {
    results r;
    put_losses(r, file, adversarial::f_divergence<Divergence>{f, false});
    put_losses(r, file, adversarial::f_divergence<Divergence>{f, true}, "_alternative");
    const nn::values<double> real(row_of(file, "real")), fake(row_of(file, "fake"));
    r["activation_real"] = by_column(f.activation(real));
    r["activation_fake"] = by_column(f.activation(fake));
    r["conjugate_fake"] = by_column(f.conjugate(fake));
    return r;
}

results replay_divergence(const json& file) {
    namespace divergence = adversarial::divergence;
    const auto name = file.at("params").get<std::string>("divergence");
    if (name == "kl") return replay_divergence(file, divergence::kl{});
    if (name == "reverse_kl") return replay_divergence(file, divergence::reverse_kl{});
    if (name == "pearson") return replay_divergence(file, divergence::pearson{});
    if (name == "squared_hellinger")
        return replay_divergence(file, divergence::squared_hellinger{});
    if (name == "jensen_shannon") return replay_divergence(file, divergence::jensen_shannon{});
    if (name == "gan") return replay_divergence(file, divergence::gan{});
    throw unsupported("the divergence " + name);
}

template <template <class> class Objective>
results replay_relativistic(const json& file) {
    const auto base = file.at("params").get<std::string>("base", "logistic");
    results r;
    if (base == "logistic")
        put_losses(r, file, Objective<adversarial::base::logistic>{});
    else if (base == "least_squares")
        put_losses(r, file, Objective<adversarial::base::least_squares>{});
    else if (base == "hinge")
        put_losses(r, file, Objective<adversarial::base::hinge>{});
    else
        throw unsupported("the base " + base);
    return r;
}

comparison replay_gan_loss(const json& file) {
    only_options(file, {"objective", "real_target", "fake_target", "generator_target", "base",
                        "divergence"});
    const json& params = file.at("params");
    const auto name = params.get<std::string>("objective");
    results r;
    if (name == "minimax") {
        const double target = params.get<double>("real_target", 1);
        put_losses(r, file, adversarial::minimax{target});
        put_losses(r, file, adversarial::non_saturating{target}, "_non_saturating");
    } else if (name == "least_squares") {
        put_losses(r, file,
                   adversarial::least_squares{params.get<double>("real_target", 1),
                                              params.get<double>("fake_target", 0),
                                              params.get<double>("generator_target", 1)});
    } else if (name == "hinge") {
        put_losses(r, file, adversarial::hinge{});
    } else if (name == "wasserstein") {
        put_losses(r, file, adversarial::wasserstein{});
    } else if (name == "relativistic_average") {
        r = replay_relativistic<adversarial::relativistic_average>(file);
    } else if (name == "relativistic_paired") {
        r = replay_relativistic<adversarial::relativistic_paired>(file);
    } else if (name == "f_gan") {
        r = replay_divergence(file);
    } else {
        throw unsupported("the objective " + name);
    }
    return compare_expected(file, r);
}

comparison replay_gradient_penalty(const json& file) {
    only_options(file, {"kind", "activation", "negative_slope", "coefficient", "one_sided"});
    const json& params = file.at("params");
    const auto kind = params.get<std::string>("kind"), act = params.get<std::string>("activation");
    const double slope = params.get<double>("negative_slope", 0.2);
    const auto between = [&](const variable& x) {
        if (act == "tanh") return tanh(x);
        if (act == "leaky_relu") return relu(x, slope);
        if (act == "relu") return relu(x);
        if (act == "softplus") return softplus(x);
        if (act == "silu") return silu(x);
        throw unsupported("the activation " + act);
    };
    nn::parameters<double> list;
    for (const char* name : {"W1", "b1", "W2", "b2"})
        add_input(list, file, name);
    add_parameter(list, "w3", row_of(file, "w3"));
    add_input(list, file, "b3");
    nn::tape<double> tape;
    const auto w = list.on(tape);
    const auto critic = [&](const variable& x) {
        const auto h = between(matmul(w[0], x) + w[1]);
        return matmul(w[4], between(matmul(w[2], h) + w[3])) + w[5];
    };
    const auto real = tape.constant(columns_of(file, "real")),
               fake = tape.constant(columns_of(file, "fake"));
    const auto starts = [&](const char* text) { return kind.find(text) != std::string::npos; };
    variable points = real;
    auto penalised = adversarial::slope_penalty::two_sided;
    if (kind == "r1" || kind == "r2") {
        penalised = adversarial::slope_penalty::zero_centred;
        if (kind == "r2") points = fake;
    } else if (starts("dragan")) {
        points = real + tape.constant(columns_of(file, "noise"));
    } else if (starts("wgan") || starts("one_sided")) {
        points = adversarial::points_between(real, fake, tape.constant(row_of(file, "u")));
    } else {
        throw unsupported("the penalty " + kind);
    }
    if (starts("one_sided") || starts("lp") || params.get<bool>("one_sided", false))
        penalised = adversarial::slope_penalty::one_sided;
    const auto p =
        adversarial::gradient_penalty(critic, points, params.get<double>("coefficient"), penalised);
    results r;
    r["points"] = by_column(points.value());
    r["critic_at_points"] = by_column(p.outputs.value());
    r["input_gradient"] = by_column(p.gradients.value());
    r["norms"] = by_column(p.norms.value());
    r["penalty"] = by_column(p.penalty.value());
    r["wasserstein_loss"] =
        by_column(adversarial::wasserstein{}.critic(critic(real), critic(fake)).value());
    auto wanted = w;
    wanted.push_back(fake);
    wanted.push_back(real);
    const auto g = grad(p.penalty, wanted);
    for (std::size_t i = 0; i < w.size(); ++i)
        r["grad_penalty_" + list.entries()[i].name] = by_row(g[i].value());
    r["grad_penalty_fake"] = by_column(g[w.size()].value());
    r["grad_penalty_real"] = by_column(g[w.size() + 1].value());
    return compare_expected(file, r);
}

comparison replay_spectral_norm(const json& file) {
    only_options(file, {"module", "dim", "power_iterations", "eps"});
    const json& params = file.at("params");
    const auto shape = shape_of(file, "weight");
    const auto order = family::numbers_along(shape, params.get<std::size_t>("dim", 0));
    const auto rows = static_cast<nn::extent>(shape.at(params.get<std::size_t>("dim", 0)));
    const auto cols = static_cast<nn::extent>(order.size()) / rows;
    const auto as_matrix = [&](const std::string& name) {
        const auto data = input(file, name);
        matrix m(rows, cols);
        for (nn::extent i = 0; i < rows; ++i)
            for (nn::extent j = 0; j < cols; ++j)
                m(i, j) =
                    data[static_cast<std::size_t>(order[static_cast<std::size_t>(i * cols + j)])];
        return m;
    };
    const auto as_weight = [&](const auto& m) {
        numbers data(order.size());
        for (nn::extent i = 0; i < rows; ++i)
            for (nn::extent j = 0; j < cols; ++j)
                data[static_cast<std::size_t>(order[static_cast<std::size_t>(i * cols + j)])] =
                    m(i, j);
        return data;
    };
    const matrix m = as_matrix("weight");
    family::spectral_norm norm{row_of(file, "u").transpose(), row_of(file, "v").transpose(),
                               params.get<double>("eps", 1e-12)};
    norm.iterate(m, params.get<int>("power_iterations"));
    nn::tape<double> tape;
    const auto w = tape.constant(m);
    const auto normalised = norm.normalised(w);
    const auto g = grad(sum(normalised * tape.constant(as_matrix("cotangent"))), w);
    results r;
    r["u"] = by_column(norm.u);
    r["v"] = by_column(norm.v);
    r["sigma"] = by_column(norm.sigma(w).value());
    r["normalised_weight"] = as_weight(normalised.value());
    r["grad_weight"] = as_weight(g.value());
    r["exact_sigma"] = {Eigen::JacobiSVD<matrix>(m).singularValues()(0)};
    return compare_expected(file, r);
}

const topics_of_this_file known{{"gan_loss", &replay_gan_loss},
                                {"gradient_penalty", &replay_gradient_penalty},
                                {"spectral_norm", &replay_spectral_norm}};

}  // namespace

}  // namespace golden
