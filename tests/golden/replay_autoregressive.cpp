// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Masked networks and masked convolutions by other implementations; tests/golden_models/README.md
// describes the files.

#include <diffgen/compat/zuko.hpp>
#include <diffgen/family/autoregressive/likelihood.hpp>
#include <diffgen/family/autoregressive/masked_network.hpp>
#include <diffgen/family/autoregressive/pixel_mask.hpp>
#include <diffgen/family/bijection/affine.hpp>
#include <diffgen/family/bijection/masked_autoregressive.hpp>
#include <diffgen/nn/convolution.hpp>

#include "family_replay.hpp"

#include <numeric>

namespace golden {

namespace {

namespace scale_map = family::scale_map;

/// The function between layers, by the name in a file.
struct named_function {
    std::string name;

    template <class X>
    X operator()(const X& x) const {
        if (name == "tanh") return tanh(x);
        if (name == "relu") return relu(x);
        if (name == "silu") return silu(x);
        throw unsupported("the activation " + name);
    }
};

numbers as_numbers(const std::vector<int>& list) {
    return {list.begin(), list.end()};
}

/// The masked network of nflows: degrees in turn, and two outputs a feature, side by side.
class nflows_network {
  public:
    nflows_network(const json& file, nn::parameters<double>& list, results& r)
        : file_(file), list_(list), results_(r) {
        const json& params = file.at("params");
        features_ = params.get<int>("features");
        hidden_ = family::hidden_degrees(features_, params.get<int>("hidden"));
        inputs_.resize(static_cast<std::size_t>(features_));
        std::iota(inputs_.begin(), inputs_.end(), 1);
    }
    family::masked_linear first() { return layer("initial_layer", inputs_, hidden_, false); }
    family::masked_linear block(const std::string& name) {
        return layer(name, hidden_, hidden_, false);
    }
    family::masked_linear last() {
        return layer("final_layer", hidden_, family::output_degrees(inputs_, 2, true), true);
    }

  private:
    family::masked_linear layer(const std::string& name, const std::vector<int>& from,
                                const std::vector<int>& to, bool output) {
        const auto mask = family::degree_mask(from, to, output);
        results_[name + "_mask"] = by_row(mask);
        results_[name + "_degrees"] = as_numbers(to);
        return {add_input(list_, file_, name + "_weight"), add_input(list_, file_, name + "_bias"),
                mask};
    }

    const json& file_;
    nn::parameters<double>& list_;
    results& results_;
    int features_;
    std::vector<int> inputs_, hidden_;
};

comparison replay_made_affine(const json& file) {
    const json& params = file.at("params");
    const auto blocks = params.get<int>("blocks");
    const named_function between{params.get<std::string>("activation")};
    nn::parameters<double> list;
    results r;
    nflows_network network(file, list, r);
    const auto first = network.first();
    const family::affine<scale_map::softplus> function{{1e-3}};
    const family::parameter_layout layout{true, {1, 0}};
    const auto features = params.get<int>("features");
    results values;
    if (params.get<bool>("residual")) {
        std::vector<std::array<family::masked_linear, 2>> pairs;
        for (int b = 0; b < blocks; ++b) {
            const std::string name = "blocks_" + std::to_string(b) + "_linear_layers_";
            auto one = network.block(name + "0");
            pairs.push_back({std::move(one), network.block(name + "1")});
        }
        const family::masked_residual net(first, pairs, network.last(), between);
        values = replay_bijection(
            file, family::masked_autoregressive(features, function, net, layout), list);
    } else {
        std::vector<family::masked_linear> layers{first};
        for (int b = 0; b < blocks; ++b)
            layers.push_back(network.block("blocks_" + std::to_string(b) + "_linear"));
        layers.push_back(network.last());
        const family::masked_mlp net(layers, between);
        values = replay_bijection(
            file, family::masked_autoregressive(features, function, net, layout), list);
    }
    r.merge(values);
    return compare_expected(file, r);
}

std::vector<int> whole_numbers(const numbers& list) {
    std::vector<int> whole;
    for (const double v : list)
        whole.push_back(static_cast<int>(v));
    return whole;
}

comparison replay_made_zuko(const json& file) {
    const json& params = file.at("params");
    const auto widths = whole_numbers(numbers_of(params, "hidden"));
    const auto masks = diffgen::compat::zuko::adjacency_masks(matrix_of(file, "adjacency"), widths);
    nn::parameters<double> list;
    results r;
    std::vector<family::masked_linear> layers;
    for (std::size_t i = 0; i < masks.size(); ++i) {
        const std::string name = "layer_" + std::to_string(2 * i);
        r[name + "_mask"] = by_row(masks[i]);
        layers.push_back({add_input(list, file, name + "_weight"),
                          add_input(list, file, name + "_bias"), masks[i]});
    }
    const family::masked_mlp net(layers, named_function{params.get<std::string>("activation")});
    r["outputs"] = by_column(net(nn::constants(list), nn::values<double>(columns_of(file, "x"))));
    const family::masked_autoregressive map(static_cast<int>(shape_of(file, "x").at(1)),
                                            family::affine<>{}, net,
                                            family::parameter_layout{true});
    r.merge(replay_bijection(file, map, list));
    return compare_expected(file, r);
}

comparison replay_made_discrete(const json& file, bool categorical) {
    const json& params = file.at("params");
    nn::parameters<double> list;
    results r;
    const int classes = categorical ? params.get<int>("classes") : 1;
    const auto inputs = whole_numbers(input(file, "degrees_input"));
    std::vector<int> from = inputs;
    std::vector<family::masked_linear> layers;
    for (std::size_t i = 0; has_input(file, "weight_" + std::to_string(i)); ++i) {
        const std::string number = std::to_string(i), degrees = "degrees_hidden_" + number;
        const bool output = !has_input(file, degrees);
        auto to = output ? family::output_degrees(inputs, classes, false)
                         : whole_numbers(input(file, degrees));
        const auto mask = family::degree_mask(from, to, output);
        r["mask_" + number] = by_row(mask);
        const std::string name = "layer_" + std::to_string(2 * i);
        const auto weight =
            add_parameter(list, name + "_weight", matrix_of(file, "weight_" + number));
        const auto bias = input(file, "bias_" + number);
        layers.push_back({weight,
                          add_parameter(list, name + "_bias",
                                        Eigen::Map<const matrix>(
                                            bias.data(), static_cast<nn::extent>(bias.size()), 1)),
                          mask});
        from = std::move(to);
    }
    const family::masked_mlp net(layers,
                                 named_function{params.get<std::string>("activation", "relu")});
    nn::tape<double> tape;
    const auto w = list.on(tape);
    const auto x = tape.constant(columns_of(file, "x"));
    const auto outputs = net(w, x);
    const auto log_prob = categorical ? family::categorical_log_likelihood(outputs, x, classes)
                                      : family::bernoulli_log_likelihood(outputs, x);
    r["outputs"] = by_column(outputs.value());
    r["log_prob"] = by_column(log_prob.value());
    const auto g = grad(sum(log_prob), w);
    for (std::size_t i = 0; i < w.size(); ++i)
        r["grad_log_prob_" + list.entries()[i].name] = by_row(g[i].value());
    return compare_expected(file, r);
}

comparison replay_made(const json& file) {
    only_options(file, {"kind", "features", "hidden", "blocks", "residual", "activation",
                        "scale_map", "layout", "order", "classes", "note"});
    const auto kind = file.at("params").get<std::string>("kind");
    if (kind == "affine") return replay_made_affine(file);
    if (kind == "affine_zuko") return replay_made_zuko(file);
    if (kind == "bernoulli" || kind == "categorical")
        return replay_made_discrete(file, kind == "categorical");
    throw unsupported("the kind " + kind);
}

comparison replay_pixel_mask(const json& file) {
    only_options(file, {"type", "kernel", "channels_in", "channels_out", "groups", "padding"});
    const json& params = file.at("params");
    const auto type = params.get<std::string>("type");
    if (type != "A" && type != "B") throw unsupported("the mask " + type);
    const int inputs = params.get<int>("channels_in"), outputs = params.get<int>("channels_out"),
              kernel = params.get<int>("kernel");
    const matrix mask =
        family::pixel_mask(type == "A" ? family::pixel_mask_type::a : family::pixel_mask_type::b,
                           inputs, outputs, kernel, params.get<int>("groups", 1));
    const auto shape = file.at("inputs").at("x").get<std::vector<int>>("shape");
    const nn::convolution layer(
        {inputs, shape.at(2), shape.at(3), kernel, params.get<int>("padding", kernel / 2)},
        outputs);
    const nn::values<double> weight(matrix(matrix_of(file, "weight").cwiseProduct(mask)));
    return compare_expected(
        file, {{"mask", by_row(mask)},
               {"output", by_column(layer(weight, nn::values<double>(columns_of(file, "x"))))}});
}

const topics_of_this_file known{{"made", &replay_made}, {"pixelcnn_mask", &replay_pixel_mask}};

}  // namespace

}  // namespace golden
