// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The product of matrices, operands plain or transposed in place.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/arithmetic.hpp>
#include <diffgen/nn/tape.hpp>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// op(a) op(b); `form::transposed` transposes without a copy. Throws bad_shape.
template <class T>
variable<T> matmul(const variable<T>& a, const variable<T>& b, form fa = form::plain,
                   form fb = form::plain) {
    const bool ta = fa == form::transposed, tb = fb == form::transposed;
    const extent rows = ta ? a.cols() : a.rows(), inner = ta ? a.rows() : a.cols();
    const extent cols = tb ? b.rows() : b.cols();
    if (inner != (tb ? b.cols() : b.rows()))
        throw bad_shape(diffgen::detail::text(
            "diffgen: matmul of ", detail::shape_text(a.rows(), a.cols()),
            ta ? " transposed and " : " and ", detail::shape_text(b.rows(), b.cols()),
            tb ? " transposed" : "", ": the inner sizes differ"));
    const auto y =
        a.owner().emit(rows, cols, {a, b},
                       [](const variable<T>& self, int k, const variable<T>& g) {
                           const auto u = self.parent(0), v = self.parent(1);
                           const auto [fu, fv] = self.kept().forms;
                           const auto other = [](form f) {
                               return f == form::plain ? form::transposed : form::plain;
                           };
                           // y = u v: du = g v', dv = u' g; a transposed operand takes the
                           // transpose of that.
                           if (k == 0)
                               return fu == form::plain ? matmul(g, v, form::plain, other(fv))
                                                        : matmul(v, g, fv, form::transposed);
                           return fv == form::plain ? matmul(u, g, other(fu), form::plain)
                                                    : matmul(g, u, form::transposed, fu);
                       },
                       {.forms = {fa, fb}});
    y.result().setZero();
    a.owner().products().accumulate(a.value(), fa, b.value(), fb, y.result());
    return y;
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
