// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Splines and couplings by other implementations; tests/golden_models/README.md describes the
// files.

#include <diffgen/compat/normflows.hpp>
#include <diffgen/compat/zuko.hpp>
#include <diffgen/family/bijection/affine.hpp>
#include <diffgen/family/bijection/chain.hpp>
#include <diffgen/family/bijection/coupling.hpp>
#include <diffgen/family/bijection/spline.hpp>
#include <diffgen/nn/layers.hpp>

#include "family_replay.hpp"

namespace golden {

namespace {

namespace scale_map = family::scale_map;

/// The spline with log |det| by element, which the files have.
template <class Function>
struct by_element {
    Function function;
    std::vector<std::size_t> places;
    bool shifted;

    template <class W>
    auto parameters(const W& w) const {
        std::vector<typename W::value_type> p;
        for (const auto i : places)
            p.push_back(w[i]);
        return p;
    }
    template <class W, class X>
    family::mapped<X> forward(const W& w, const X& x) const {
        const diffgen::compat::zuko::circular_shift shift;
        return function.forward(parameters(w), shifted ? shift.forward(w, x).value : x);
    }
    template <class W, class X>
    family::mapped<X> inverse(const W& w, const X& y) const {
        auto m = function.inverse(parameters(w), y);
        const diffgen::compat::zuko::circular_shift shift;
        if (shifted) m.value = shift.inverse(w, m.value).value;
        return m;
    }
};

/// Column k of every parameter matrix is a parameter of all features, "widths.k" in the list.
template <class Function>
comparison replay_spline_as(const json& file, const Function& function, bool shifted) {
    nn::parameters<double> list;
    std::vector<std::size_t> numbers_in_list;
    const std::string names[] = {"widths", "heights", "derivatives"};
    for (const auto& name : names) {
        const matrix raw = matrix_of(file, "unnormalized_" + name);
        for (nn::extent k = 0; k < raw.cols(); ++k)
            numbers_in_list.push_back(
                add_parameter(list, name + "." + std::to_string(k), raw.col(k)));
    }
    if (static_cast<int>(numbers_in_list.size()) != function.arity())
        throw unsupported("a spline with other numbers of parameters");
    const family::by_feature spline{function, numbers_in_list};
    const by_element<Function> map{function, numbers_in_list, shifted};
    results r = replay_bijection(file, map, list, true);
    for (const auto& name : names) {
        const matrix raw = matrix_of(file, "unnormalized_" + name);
        numbers gradient(static_cast<std::size_t>(raw.size()));
        for (nn::extent k = 0; k < raw.cols(); ++k) {
            const auto& column = r["grad_log_prob_" + name + "." + std::to_string(k)];
            for (std::size_t d = 0; d < column.size(); ++d)
                gradient[d * static_cast<std::size_t>(raw.cols()) + static_cast<std::size_t>(k)] =
                    column[d];
        }
        r["grad_log_prob_" + name] = gradient;
    }
    const auto knots =
        map.forward(nn::constants(list), nn::values<double>(columns_of(file, "knots")));
    r["knots_forward"] = by_column(knots.value);
    r["knots_logabsdet"] = by_column(knots.log_det);
    // The whole map, by its other forms: log |det| is the sum over features.
    const auto w = nn::constants(list);
    const auto x = nn::values<double>(columns_of(file, "x"));
    const auto whole =
        shifted ? family::chain{diffgen::compat::zuko::circular_shift{}, spline}.forward(w, x)
                : spline.forward(w, x);
    const auto element = map.forward(w, x);
    const auto summed = by_column(sum_over_rows(element.log_det)),
               chained = by_column(whole.log_det);
    for (std::size_t i = 0; i < summed.size(); ++i)
        if (!(std::abs(summed[i] - chained[i]) < 1e-12)) return {INFINITY};
    return compare_expected(file, r);
}

comparison replay_spline(const json& file) {
    only_options(file, {"form", "tails", "bins", "tail_bound", "bound", "slope", "left", "right",
                        "bottom", "top", "min_bin_width", "min_bin_height", "min_derivative"});
    const json& params = file.at("params");
    const auto form = params.get<std::string>("form"), ends = params.get<std::string>("tails");
    const auto outside = ends == "none"       ? family::tails::none
                         : ends == "circular" ? family::tails::circular
                                              : family::tails::linear;
    const int bins = params.get<int>("bins");
    if (form == "nflows") {
        if (ends != "none" && ends != "linear" && ends != "circular")
            throw unsupported("the tails " + ends);
        const auto box =
            ends == "none"
                ? family::spline_box{params.get<double>("left"), params.get<double>("right"),
                                     params.get<double>("bottom"), params.get<double>("top")}
                : family::spline_box::symmetric(params.get<double>("tail_bound"));
        const family::rational_quadratic<> spline{
            bins,
            box,
            outside,
            {params.get<double>("min_bin_width", 1e-3), params.get<double>("min_bin_height", 1e-3),
             params.get<double>("min_derivative", 1e-3)}};
        spline.check();
        return replay_spline_as(file, spline, false);
    }
    if (form != "zuko") throw unsupported("the form " + form);
    if (ends != "linear" && ends != "circular_shift") throw unsupported("the tails " + ends);
    const family::rational_quadratic<diffgen::compat::zuko::soft_knots> spline{
        bins,
        family::spline_box::symmetric(params.get<double>("bound", 5)),
        outside,
        {params.get<double>("slope", 1e-3)}};
    spline.check();
    return replay_spline_as(file, spline, ends == "circular_shift");
}

std::vector<int> mask_of(const json& file) {
    std::vector<int> mask;
    for (const double m : numbers_of(file.at("params"), "mask"))
        mask.push_back(m > 0 ? 1 : 0);
    return mask;
}

family::parameter_layout layout_of(const std::string& text) {
    if (text.starts_with("shift block")) return {};
    if (text.starts_with("scale block")) return {false, {1, 0}};
    if (text.starts_with("interleaved") || text.starts_with("per feature: shift") ||
        text.starts_with("per feature: K widths"))
        return {true};
    if (text.starts_with("per feature: scale")) return {true, {1, 0}};
    throw unsupported("the layout " + text);
}

/// Two layers with tanh, or three with a given function, whose weights have names that begin so.
struct named_network {
    std::vector<nn::linear> layers;
    std::string function;

    named_network(nn::parameters<double>& list, const json& file, const std::string& prefix,
                  std::string between)
        : function(std::move(between)) {
        if (has_input(file, prefix + "_W1")) {
            function = "tanh";
            for (const char* layer : {"1", "2"})
                layers.push_back({add_input(list, file, prefix + "_W" + layer),
                                  add_input(list, file, prefix + "_b" + layer)});
        } else {
            for (const char* layer : {"_0_", "_2_", "_4_"})
                layers.push_back({add_input(list, file, prefix + layer + "weight"),
                                  add_input(list, file, prefix + layer + "bias")});
        }
    }
    template <class X>
    X between(const X& x) const {
        if (function == "tanh") return tanh(x);
        if (function == "relu") return relu(x);
        throw unsupported("the activation " + function);
    }
    template <class W, class X>
    X operator()(const W& w, const X& x) const {
        X h = layers[0](w, x);
        for (std::size_t i = 1; i < layers.size(); ++i)
            h = layers[i](w, between(h));
        return h;
    }
};

template <class Function>
comparison replay_coupling_as(const json& file, const Function& function,
                              const family::parameter_layout& layout) {
    nn::parameters<double> list;
    const named_network network(list, file, "net", "tanh");
    const family::coupling map(mask_of(file), function, network, layout);
    return compare_expected(file, replay_bijection(file, map, list));
}

comparison replay_affine_coupling(const json& file, const family::parameter_layout& layout) {
    const auto scale = file.at("params").get<std::string>("scale_map", "exp");
    if (scale == "exp")
        return replay_coupling_as(file, family::affine<scale_map::exponential>{}, layout);
    if (scale == "sigmoid(s+2)+1e-3")
        return replay_coupling_as(file, family::affine<scale_map::sigmoid>{{2, 1e-3}}, layout);
    if (scale == "sigmoid_inv")
        return replay_coupling_as(file, family::affine<scale_map::sigmoid>{{2, 0}}, layout);
    if (scale == "sigmoid")
        return replay_coupling_as(
            file, family::affine<diffgen::compat::normflows::dividing_sigmoid>{}, layout);
    if (scale == "exp(a/(1+|a/log(slope)|))")
        return replay_coupling_as(
            file, family::affine<>{{-std::log(file.at("params").get<double>("slope", 1e-3))}},
            layout);
    throw unsupported("the scale map " + scale);
}

comparison replay_coupling(const json& file) {
    only_options(file, {"kind", "mask", "scale_map", "layout", "slope", "bins", "tail_bound",
                        "tails", "min_bin_width", "min_bin_height", "min_derivative",
                        "scale_activation", "shift_activation", "note"});
    const json& params = file.at("params");
    const auto kind = params.get<std::string>("kind");
    if (kind == "masked_affine") {
        if (params.get<std::string>("scale_map", "exp") != "exp")
            throw unsupported("another scale map of a masked coupling");
        nn::parameters<double> list;
        const named_network scale(list, file, "scale_net",
                                  params.get<std::string>("scale_activation", "tanh"));
        const named_network shift(list, file, "shift_net",
                                  params.get<std::string>("shift_activation", "tanh"));
        const auto mask = mask_of(file);
        matrix kept(static_cast<nn::extent>(mask.size()), 1);
        for (std::size_t i = 0; i < mask.size(); ++i)
            kept(static_cast<nn::extent>(i), 0) = mask[i];
        const family::masked_affine map{kept, scale, shift};
        return compare_expected(file, replay_bijection(file, map, list));
    }
    if (kind == "additive") return replay_coupling_as(file, family::additive{}, {});
    const auto layout = layout_of(params.get<std::string>("layout", "shift block"));
    if (kind == "affine") return replay_affine_coupling(file, layout);
    if (kind != "spline") throw unsupported("the coupling " + kind);
    if (params.get<std::string>("tails", "linear") != "linear")
        throw unsupported("other tails of a coupling");
    return replay_coupling_as(
        file,
        family::rational_quadratic<>{
            params.get<int>("bins"),
            family::spline_box::symmetric(params.get<double>("tail_bound")),
            family::tails::linear,
            {params.get<double>("min_bin_width", 1e-3), params.get<double>("min_bin_height", 1e-3),
             params.get<double>("min_derivative", 1e-3)}},
        layout);
}

const topics_of_this_file known{{"spline", &replay_spline}, {"coupling", &replay_coupling}};

}  // namespace

}  // namespace golden
