// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The weights of a network: a named list of matrices in one aligned piece of memory, so that an
// optimiser sees one long vector and a network only numbers into the list.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/matrix.hpp>
#include <diffgen/nn/tape.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

template <class T>
class parameters {
  public:
    struct entry {
        std::string name;
        extent rows, cols;
        extent offset;  ///< where it begins in values()
    };

    /// Appends a matrix of zeros and returns its number. Throws bad_argument for a name in use.
    std::size_t add(std::string name, extent rows, extent cols) {
        for (const auto& e : entries_)
            if (e.name == name)
                throw bad_argument(
                    diffgen::detail::text("diffgen: two parameters are named ", name));
        entries_.push_back({std::move(name), rows, cols, values_.size()});
        const extent padded = (rows * cols + padding - 1) / padding * padding;
        values_.conservativeResizeLike(
            Eigen::Matrix<T, Eigen::Dynamic, 1>::Zero(values_.size() + padded));
        return entries_.size() - 1;
    }

    span_matrix<T> operator[](std::size_t i) {
        return {values_.data() + entries_[i].offset, entries_[i].rows, entries_[i].cols};
    }
    view<T> operator[](std::size_t i) const {
        return {values_.data() + entries_[i].offset, entries_[i].rows, entries_[i].cols};
    }

    const std::vector<entry>& entries() const { return entries_; }

    /// The number of weights, padding not counted.
    extent count() const {
        extent n = 0;
        for (const auto& e : entries_)
            n += e.rows * e.cols;
        return n;
    }

    /// All weights one after the other, with zeros between matrices that keep each aligned.
    std::span<T> values() { return {values_.data(), static_cast<std::size_t>(values_.size())}; }
    std::span<const T> values() const {
        return {values_.data(), static_cast<std::size_t>(values_.size())};
    }

    /// Zeros with the same names and shapes.
    parameters zeros_like() const {
        parameters z = *this;
        z.values_.setZero();
        return z;
    }

    /// The matrices as leaves of a tape, which refer to this memory.
    std::vector<variable<T>> on(tape<T>& record) const {
        std::vector<variable<T>> leaves;
        leaves.reserve(entries_.size());
        for (const auto& e : entries_)
            leaves.push_back(record.refer(values_.data() + e.offset, e.rows, e.cols));
        return leaves;
    }

  private:
    static constexpr extent padding = 16;

    std::vector<entry> entries_;
    Eigen::Matrix<T, Eigen::Dynamic, 1> values_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
