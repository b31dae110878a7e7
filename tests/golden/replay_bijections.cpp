// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Linear maps, normalisations, permutations, planar and radial maps by other implementations;
// tests/golden_models/README.md describes the files.

#include <diffgen/compat/normflows.hpp>
#include <diffgen/family/bijection/chain.hpp>
#include <diffgen/family/bijection/channels.hpp>
#include <diffgen/family/bijection/linear.hpp>
#include <diffgen/family/bijection/normalisation.hpp>
#include <diffgen/family/bijection/permutation.hpp>
#include <diffgen/family/bijection/planar.hpp>

#include "family_replay.hpp"

namespace golden {

namespace {

/// Entries row by row below the diagonal, or above it.
matrix triangle_of(const numbers& entries, nn::extent n, bool below) {
    matrix m = matrix::Zero(n, n);
    std::size_t next = 0;
    for (nn::extent i = 0; i < n; ++i)
        for (nn::extent j = below ? 0 : i + 1; j < (below ? i : n); ++j)
            m(i, j) = entries.at(next++);
    return m;
}

/// The gradient of a matrix, row by row, as that of the entries of its triangle.
numbers entries_of(const numbers& gradient, std::size_t n, bool below) {
    numbers entries;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = below ? 0 : i + 1; j < (below ? i : n); ++j)
            entries.push_back(gradient[i * n + j]);
    return entries;
}

comparison replay_nflows_linear(const json& file) {
    const auto n = static_cast<nn::extent>(shape_of(file, "bias").at(0));
    nn::parameters<double> list;
    family::lu_linear map{};
    map.lower = add_parameter(list, "lower", triangle_of(input(file, "lower_entries"), n, true));
    map.upper = add_parameter(list, "upper", triangle_of(input(file, "upper_entries"), n, false));
    map.diagonal = add_input(list, file, "unconstrained_upper_diag");
    map.bias = add_input(list, file, "bias");
    map.least = file.at("params").get<double>("eps", 1e-3);
    results r = replay_bijection(file, map, list);
    const auto size = static_cast<std::size_t>(n);
    r["grad_log_prob_lower_entries"] = entries_of(r["grad_log_prob_lower"], size, true);
    r["grad_log_prob_upper_entries"] = entries_of(r["grad_log_prob_upper"], size, false);
    nn::tape<double> tape;
    r["weight"] = by_row(map.weight(list.on(tape)).value());
    return compare_expected(file, r);
}

comparison replay_normflows_linear(const json& file, bool pixels) {
    nn::parameters<double> list;
    const auto expected_matrix = [&](const char* name) {
        const auto data = numbers_of(file.at("expected"), name);
        const auto shape = file.at("expected").at(name).get<std::vector<nn::extent>>("shape");
        const nn::extent cols = shape.size() > 1 ? shape[1] : 1;
        return matrix(Eigen::Map<const matrix>(data.data(), cols, shape[0]).transpose());
    };
    const matrix permutation = expected_matrix("P"), sign = expected_matrix("sign_S");
    family::plu_linear plu{add_input(list, file, "L"),
                           add_input(list, file, "U"),
                           add_input(list, file, "log_S"),
                           permutation,
                           sign,
                           !pixels};
    nn::tape<double> tape;
    const auto w = by_row(plu.weight(list.on(tape)).value());
    results r;
    if (pixels) {
        const auto shape = shape_of(file, "x");
        const family::inverse_of map{family::by_channel(
            static_cast<int>(shape.at(1)), static_cast<int>(shape.at(2) * shape.at(3)), plu)};
        r = replay_bijection(file, map, list);
    } else {
        r = replay_bijection(file, family::inverse_of{plu}, list);
    }
    r["P"] = by_row(permutation);
    r["sign_S"] = by_row(sign);
    r["W"] = w;
    // The factors that the library finds are those of the file: the matrix is the same again.
    nn::parameters<double> own;
    const auto n = sign.rows();
    const auto again =
        family::plu_linear::make(own, "w", Eigen::Map<const matrix>(w.data(), n, n).transpose());
    const auto product = by_row(again.weight(own.on(tape)).value());
    for (std::size_t i = 0; i < w.size(); ++i)
        if (!(std::abs(product[i] - w[i]) < 1e-10 * (1 + std::abs(w[i])))) return {INFINITY};
    return compare_expected(file, r);
}

comparison replay_lu_linear(const json& file) {
    only_options(file, {"form", "features", "eps", "channels"});
    const auto form = file.at("params").get<std::string>("form");
    if (form == "nflows") return replay_nflows_linear(file);
    if (form == "normflows_plu") return replay_normflows_linear(file, false);
    if (form == "normflows_1x1") return replay_normflows_linear(file, true);
    throw unsupported("the form " + form);
}

/// The samples of a file with a row a channel, every position a column.
matrix by_channels(const json& file, const std::string& name, nn::extent positions) {
    const matrix x = columns_of(file, name);
    const nn::extent channels = x.rows() / positions;
    matrix y(channels, positions * x.cols());
    for (nn::extent s = 0; s < x.cols(); ++s)
        for (nn::extent c = 0; c < channels; ++c)
            for (nn::extent p = 0; p < positions; ++p)
                y(c, s * positions + p) = x(c * positions + p, s);
    return y;
}

template <class Map>
results replay_channels(const json& file, const Map& map, const nn::parameters<double>& list,
                        nn::extent channels, nn::extent positions) {
    if (positions == 1) return replay_bijection(file, map, list);
    return replay_bijection(
        file, family::by_channel(static_cast<int>(channels), static_cast<int>(positions), map),
        list);
}

comparison replay_batch_norm(const json& file, nn::extent channels, nn::extent positions) {
    nn::parameters<double> list;
    const std::string weight =
        has_input(file, "unconstrained_weight") ? "unconstrained_weight" : "weight";
    family::batch_norm layer{add_input(list, file, weight), add_input(list, file, "bias"),
                             matrix::Zero(channels, 1), matrix::Zero(channels, 1)};
    layer.epsilon = file.at("params").get<double>("eps", 1e-5);
    layer.momentum = file.at("params").get<double>("momentum", 0.1);
    const auto given = [&](const char* one, const char* other) {
        return has_input(file, one) ? one : has_input(file, other) ? other : nullptr;
    };
    const char* const batch = given("batch", "training_batch");
    layer.see(by_channels(file, batch ? batch : "x", positions));
    if (const char* mean = given("running_mean", "m")) layer.mean = matrix_of(file, mean);
    if (const char* variance = given("running_var", "v"))
        layer.variance = matrix_of(file, variance);
    results r = replay_channels(file, layer, list, channels, positions);
    for (const char* name : {"running_mean", "m"})
        r[name] = by_row(layer.mean);
    for (const char* name : {"running_var", "v"})
        r[name] = by_row(layer.variance);
    return compare_expected(file, r);
}

comparison replay_actnorm(const json& file) {
    only_options(file, {"form", "init", "eps", "momentum", "features", "note"});
    const auto form = file.at("params").get<std::string>("form");
    const auto shape = shape_of(file, "x");
    nn::extent positions = 1;
    for (std::size_t i = 2; i < shape.size(); ++i)
        positions *= static_cast<nn::extent>(shape[i]);
    const auto channels = static_cast<nn::extent>(shape.at(1));
    if (form == "nflows_batchnorm") return replay_batch_norm(file, channels, positions);
    const bool nflows = form == "nflows";
    if (!nflows && form != "normflows") throw unsupported("the form " + form);
    const char *scale = nflows ? "log_scale" : "s", *shift = nflows ? "shift" : "t";
    nn::parameters<double> list;
    const auto given = [&](const char* name) {
        const auto data = input(file, name);
        return add_parameter(list, name, Eigen::Map<const matrix>(data.data(), channels, 1));
    };
    const family::actnorm layer{given(scale), given(shift)};
    // The file's parameters are those of the first call.
    const auto init = file.at("params").get<std::string>("init", "");
    if (!init.empty()) {
        nn::parameters<double> own = list;
        const bool by_inverse = init.find("inverse") != std::string::npos;
        const auto first = by_channels(file, by_inverse ? "y" : "x", positions);
        if (nflows)
            layer.start_from(own, first);
        else
            diffgen::compat::normflows::start_actnorm(layer, own, first, by_inverse);
        for (const auto i : {layer.log_scale, layer.shift})
            if (!((own[i] - list[i]).cwiseAbs().maxCoeff() < 1e-9)) return {INFINITY};
    }
    return compare_expected(file, replay_channels(file, layer, list, channels, positions));
}

comparison replay_split(const json& file) {
    const auto mode = file.at("params").get<std::string>("mode");
    const auto shape = file.at("inputs").at("x").get<std::vector<int>>("shape");
    if (shape.size() != 4) throw unsupported("a split of other than pictures");
    family::split_rows rows;
    if (mode == "checkerboard" || mode == "checkerboard_inv")
        rows = family::checkerboard_split(shape[1], shape[2], shape[3], mode == "checkerboard");
    else if (mode == "channel" || mode == "channel_inv")
        rows = family::channel_split(shape[1], shape[2], shape[3], mode == "channel");
    else
        throw unsupported("the split " + mode);
    const nn::values<double> x(columns_of(file, "x"));
    const auto first = gather_rows(x, rows.first), second = gather_rows(x, rows.second);
    const auto merged =
        scatter_rows(first, rows.first, x.rows()) + scatter_rows(second, rows.second, x.rows());
    return compare_expected(file, {{"first", by_column(first)},
                                   {"second", by_column(second)},
                                   {"merged", by_column(merged)}});
}

comparison replay_permutation(const json& file) {
    only_options(file, {"kind", "permutation", "factor", "order", "mode", "features"});
    const json& params = file.at("params");
    const auto kind = params.get<std::string>("kind");
    const auto shape = file.at("inputs").at("x").get<std::vector<int>>("shape");
    const nn::parameters<double> none;
    const auto replay = [&](const auto& map) {
        return compare_expected(file, replay_bijection(file, map, none));
    };
    if (kind == "split") return replay_split(file);
    if (kind == "permutation") {
        std::vector<int> rows;
        for (const double p : numbers_of(params, "permutation"))
            rows.push_back(static_cast<int>(p));
        return replay(family::permutation(rows));
    }
    if (kind == "reverse") return replay(family::permutation::reverse(shape.at(1)));
    if (kind == "swap") return replay(family::permutation::swap(shape.at(1)));
    const int factor = params.get<int>("factor", 2);
    if (kind == "squeeze")
        return replay(family::permutation::squeeze(shape.at(1), shape.at(2), shape.at(3), factor));
    if (kind == "squeeze_normflows")  // forward takes the channels apart
        return replay(family::inverse_of{family::permutation::squeeze(
            shape.at(1) / (factor * factor), shape.at(2) * factor, shape.at(3) * factor, factor)});
    throw unsupported("the permutation " + kind);
}

/// A parameter that the file has as a row.
std::size_t add_column(nn::parameters<double>& list, const json& file, const char* name) {
    const auto data = input(file, name);
    return add_parameter(
        list, name, Eigen::Map<const matrix>(data.data(), static_cast<nn::extent>(data.size()), 1));
}

comparison replay_planar(const json& file) {
    only_options(file, {"kind", "act", "negative_slope", "features"});
    const json& params = file.at("params");
    const auto kind = params.get<std::string>("kind");
    nn::parameters<double> list;
    if (kind == "radial") {
        const family::radial map{add_column(list, file, "beta"), add_column(list, file, "alpha"),
                                 add_column(list, file, "z_0")};
        return compare_expected(file, replay_bijection(file, map, list));
    }
    if (kind != "planar") throw unsupported("the map " + kind);
    const auto act = params.get<std::string>("act", "tanh");
    if (act != "tanh" && act != "leaky_relu") throw unsupported("the function " + act);
    const family::planar map{add_column(list, file, "u"), add_column(list, file, "w"),
                             add_column(list, file, "b"), act == "leaky_relu",
                             params.get<double>("negative_slope", 0.2)};
    return compare_expected(file, replay_bijection(file, map, list));
}

const topics_of_this_file known{{"lu_linear", &replay_lu_linear},
                                {"actnorm", &replay_actnorm},
                                {"permutation", &replay_permutation},
                                {"planar", &replay_planar}};

}  // namespace

}  // namespace golden
