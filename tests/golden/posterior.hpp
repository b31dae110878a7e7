// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the files of tests/golden_posterior have in common: mixtures, operators, measurements.

#include <diffgen/posterior/mixture.hpp>
#include <diffgen/posterior/operators/dense.hpp>

#include "golden.hpp"
#include "topics.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace golden {

namespace posterior = diffgen::posterior;
using posterior::Index;
using posterior::matrix;
using posterior::vector;

inline vector to_vector(const numbers& v) {
    return Eigen::Map<const vector>(v.data(), static_cast<Index>(v.size()));
}
inline numbers to_numbers(const vector& v) {
    return {v.data(), v.data() + v.size()};
}
inline vector vector_of(const json& parent, const std::string& name) {
    return to_vector(parent.get<numbers>(name));
}

/// The lists of a table as the columns of a matrix, or as its rows.
inline matrix columns_of(const table& lists) {
    matrix m(static_cast<Index>(lists.at(0).size()), static_cast<Index>(lists.size()));
    for (std::size_t i = 0; i < lists.size(); ++i)
        m.col(static_cast<Index>(i)) = to_vector(lists[i]);
    return m;
}
inline matrix rows_of(const table& lists) {
    return columns_of(lists).transpose();
}
inline matrix rows_of(const json& parent, const std::string& name) {
    return rows_of(parent.get<table>(name));
}
inline table to_rows(const matrix& m) {
    table rows;
    for (Index i = 0; i < m.rows(); ++i)
        rows.push_back(to_numbers(m.row(i).transpose()));
    return rows;
}

/// The mixture of a file, or another one that it has.
inline posterior::mixture mixture_of(const json& file, const std::string& name = "mixture") {
    const json& m = file.at(name);
    const auto kind = m.get<std::string>("covariance");
    vector weights = vector_of(m, "weights");
    matrix means = columns_of(m.get<table>("means"));
    if (kind == "isotropic")
        return posterior::mixture::isotropic(std::move(weights), std::move(means),
                                             vector_of(m, "covariances"));
    if (kind == "diagonal")
        return posterior::mixture::diagonal(std::move(weights), std::move(means),
                                            columns_of(m.get<table>("covariances")));
    if (kind != "full") throw diffgen::compat::unsupported("the covariances " + kind);
    std::vector<matrix> covariances;
    for (const table& c : m.get<std::vector<table>>("covariances"))
        covariances.push_back(rows_of(c));
    return posterior::mixture::full(std::move(weights), std::move(means), covariances);
}

/// The labels of the mixture's components.
inline std::vector<int> labels_of(const json& file) {
    return file.at("mixture").get<std::vector<int>>("labels");
}

inline posterior::dense operator_of(const json& file) {
    return posterior::dense(rows_of(file.at("operator"), "matrix"));
}

/// A covariance of `size` numbers, given by its kind and its value.
inline matrix covariance_of(const json& parent, const std::string& name, Index size) {
    const json& c = parent.at(name);
    const auto kind = c.get<std::string>("kind");
    if (kind == "isotropic") return vector::Constant(size, c.get<double>("value")).asDiagonal();
    if (kind == "diagonal") return vector_of(c, "value").asDiagonal();
    if (kind != "full") throw diffgen::compat::unsupported("the covariance " + kind);
    return rows_of(c, "value");
}

}  // namespace golden
