// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A reverse-mode tape over dense matrices (Griewank and Walther 2008, chapter 3) whose gradients
// are operations on the same tape, so that gradients of gradients exist.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>
#include <diffgen/nn/arena.hpp>
#include <diffgen/nn/blocks.hpp>
#include <diffgen/nn/gemm.hpp>
#include <diffgen/nn/matrix.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

template <class T>
class tape;

template <class T>
class variable;

/// The vector-Jacobian rule of an operation: the part of d(loss)/d(k-th parent of y) that comes
/// through y, given g = d(loss)/dy, built from operations on the tape.
template <class T>
using rule = variable<T> (*)(const variable<T>& y, int k, const variable<T>& g);

/// What an operation keeps beside its parents, where its rule needs it.
template <class T>
struct attributes {
    T factor = T(0);                 ///< the constant of a scaling, the slope of a rectifier
    extent offset = 0;               ///< the first row of a slice
    std::span<const int> columns{};  ///< the columns of a gather; kept by the tape
    std::array<form, 2> forms{};     ///< how the operands of a product enter it
    block_grid grid{};               ///< how the operands of a product are cut
    std::size_t operand = 0;         ///< the number of a node that is read, without a gradient
};

/// A handle of a node: cheap to copy, valid until its tape is cleared.
template <class T>
class variable {
  public:
    using scalar = T;

    variable() = default;
    variable(tape<T>& owner, std::size_t id) : tape_(&owner), id_(id) {}

    extent rows() const { return node().rows; }
    extent cols() const { return node().cols; }
    extent size() const { return rows() * cols(); }
    view<T> value() const { return {node().value, rows(), cols()}; }
    /// The value of a 1 x 1 variable; throws bad_shape for others.
    T item() const {
        if (size() != 1)
            throw bad_shape(diffgen::detail::text("diffgen: item() of a ",
                                                  detail::shape_text(rows(), cols()),
                                                  " variable, not 1 x 1"));
        return value()(0, 0);
    }

    tape<T>& owner() const { return *tape_; }
    std::size_t id() const { return id_; }

    // For those who write operations.
    variable parent(int k) const { return {*tape_, node().parents[static_cast<std::size_t>(k)]}; }
    const attributes<T>& kept() const { return node().kept; }
    /// Where an operation writes its result, once, when it makes the node.
    span_matrix<T> result() const { return {const_cast<T*>(node().value), rows(), cols()}; }

  private:
    const typename tape<T>::node& node() const { return tape_->nodes_[id_]; }

    tape<T>* tape_ = nullptr;
    std::size_t id_ = 0;
};

/// Records operations in the order they are made. One thread at a time; not copied or moved, since
/// variables point to it.
template <class T>
class tape {
  public:
    tape() = default;
    tape(const tape&) = delete;
    tape& operator=(const tape&) = delete;

    /// A leaf that refers to memory which must outlive the tape's use of it (weights, data).
    variable<T> refer(const T* values, extent rows, extent cols) {
        nodes_.push_back({values, rows, cols, {none, none}, nullptr, {}});
        return last();
    }

    /// A leaf with a copy of an Eigen expression.
    template <class Derived>
    variable<T> constant(const Eigen::DenseBase<Derived>& values) {
        const auto leaf = emit(values.rows(), values.cols(), {}, nullptr);
        leaf.result() = values.derived();
        return leaf;
    }

    /// A 1 x 1 leaf.
    variable<T> scalar(T value) {
        const auto leaf = emit(1, 1, {}, nullptr);
        leaf.result()(0, 0) = value;
        return leaf;
    }

    /// A new node with room for its value. Operations call it, write result(), and return it.
    variable<T> emit(extent rows, extent cols, std::initializer_list<variable<T>> parents,
                     rule<T> vjp, const attributes<T>& kept = {}) {
        node made{nullptr, rows, cols, {none, none}, vjp, kept};
        std::size_t k = 0;
        for (const auto& parent : parents) {
            if (&parent.owner() != this)
                throw bad_argument("diffgen: an operation takes variables of one tape, not of two");
            made.parents[k++] = parent.id();
        }
        made.value = memory_.take<T>(static_cast<std::size_t>(rows * cols));
        nodes_.push_back(made);
        return last();
    }

    /// A node of as many numbers as its one parent has, which are the parent's, where they lie.
    variable<T> emit_of_same(const variable<T>& x, extent rows, extent cols, rule<T> vjp) {
        nodes_.push_back({nodes_[x.id()].value, rows, cols, {x.id(), none}, vjp, {}});
        return last();
    }

    /// A copy of column numbers that lives as long as the nodes.
    std::span<const int> keep(std::span<const int> columns) {
        int* const copy = memory_.take<int>(columns.size());
        std::copy(columns.begin(), columns.end(), copy);
        return {copy, columns.size()};
    }

    gemm<T>& products() { return products_; }
    std::size_t size() const { return nodes_.size(); }

    /// Forgets all nodes, keeps the memory; all variables become invalid.
    void clear() {
        nodes_.clear();
        memory_.clear();
    }

    /// d(y)/d(wrt[i]) for a 1 x 1 y, as variables on this tape; zeros where y does not depend on
    /// it.
    std::vector<variable<T>> gradients(const variable<T>& y, std::span<const variable<T>> wrt) {
        if (y.size() != 1)
            throw bad_shape(diffgen::detail::text("diffgen: grad of a ",
                                                  detail::shape_text(y.rows(), y.cols()),
                                                  " variable; sum it to 1 x 1 first"));
        const std::size_t count = y.id() + 1;
        // Which nodes depend on some wrt: only through them do adjoints travel.
        wanted_.assign(count, 0);
        for (const auto& x : wrt)
            if (x.id() < count) wanted_[x.id()] = 1;
        for (std::size_t i = 0; i < count; ++i)
            if (nodes_[i].vjp)
                for (const auto p : nodes_[i].parents)
                    if (p != none && wanted_[p]) wanted_[i] = 1;

        adjoint_.assign(count, none);
        adjoint_[y.id()] = constant(matrix<T>::Ones(1, 1)).id();
        for (std::size_t i = count; i-- > 0;) {
            if (adjoint_[i] == none || !wanted_[i] || !nodes_[i].vjp) continue;
            const variable<T> self(*this, i), g(*this, adjoint_[i]);
            for (int k = 0; k < 2; ++k) {
                const auto p = nodes_[i].parents[static_cast<std::size_t>(k)];
                if (p == none || !wanted_[p]) continue;
                const auto part = nodes_[i].vjp(self, k, g);
                adjoint_[p] =
                    adjoint_[p] == none ? part.id() : (variable<T>(*this, adjoint_[p]) + part).id();
            }
        }
        std::vector<variable<T>> out;
        out.reserve(wrt.size());
        for (const auto& x : wrt)
            out.push_back(x.id() < count && adjoint_[x.id()] != none
                              ? variable<T>(*this, adjoint_[x.id()])
                              : constant(matrix<T>::Zero(x.rows(), x.cols())));
        return out;
    }

  private:
    friend class variable<T>;
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    struct node {
        const T* value;
        extent rows, cols;
        std::array<std::size_t, 2> parents;
        rule<T> vjp;
        attributes<T> kept;
    };

    variable<T> last() { return {*this, nodes_.size() - 1}; }

    std::vector<node> nodes_;
    arena memory_;
    gemm<T> products_;
    std::vector<char> wanted_;
    std::vector<std::size_t> adjoint_;
};

/// The gradients of a 1 x 1 variable, as variables on its tape: `auto g = grad(loss, {w, b});`
template <class T>
std::vector<variable<T>> grad(const variable<T>& y, std::initializer_list<variable<T>> wrt) {
    return y.owner().gradients(y, {wrt.begin(), wrt.size()});
}

template <class T>
std::vector<variable<T>> grad(const variable<T>& y, const std::vector<variable<T>>& wrt) {
    return y.owner().gradients(y, wrt);
}

template <class T>
variable<T> grad(const variable<T>& y, const variable<T>& wrt) {
    return grad(y, {wrt}).front();
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
