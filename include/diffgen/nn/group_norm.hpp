// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Group normalisation (Wu and He 2018): the channels of a picture in groups, each group of every
// sample to mean 0 and variance 1 over its channels and positions.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/nn/layer_norm.hpp>
#include <diffgen/nn/reshape.hpp>
#include <diffgen/nn/row_choice.hpp>

#include <cstddef>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::nn {

/// x: a column is a sample, channel after channel, and a group is consecutive channels. One group
/// is layer normalisation, as many groups as channels is instance normalisation. On variables of a
/// tape or on values. Throws bad_argument below one group, bad_shape where groups do not divide the
/// rows.
template <operand M>
M group_norm(const M& x, extent groups,
             std::type_identity_t<typename M::scalar> epsilon = typename M::scalar(1e-5)) {
    require(groups >= 1, "group_norm with ", groups, " groups");
    if (x.rows() % groups != 0)
        throw bad_shape(diffgen::detail::text("diffgen: group_norm of ", groups, " groups on a ",
                                              detail::shape_text(x.rows(), x.cols()), " matrix"));
    const M apart = reshape(x, x.rows() / groups, groups * x.cols());
    return reshape(layer_norm(apart, epsilon), x.rows(), x.cols());
}

/// The same, then times scale plus shift, which are C x 1 for C channels: all positions of a
/// channel share them. Throws bad_shape too where scale and shift differ, C does not divide the
/// rows, or groups do not divide C.
template <operand M, operand P>
M group_norm(const M& x, extent groups, const P& scale, const P& shift,
             std::type_identity_t<typename M::scalar> epsilon = typename M::scalar(1e-5)) {
    const extent channels = scale.rows();
    if (groups >= 1 && (scale.cols() != 1 || shift.rows() != channels || shift.cols() != 1 ||
                        channels < 1 || x.rows() % channels != 0 || channels % groups != 0))
        throw bad_shape(diffgen::detail::text(
            "diffgen: group_norm of ", groups, " groups on a ",
            detail::shape_text(x.rows(), x.cols()), " matrix with a scale of ",
            detail::shape_text(channels, scale.cols()), " and a shift of ",
            detail::shape_text(shift.rows(), shift.cols())));
    const M y = group_norm(x, groups, epsilon);
    std::vector<int> channel;
    for (extent c = 0; c < channels; ++c)
        channel.insert(channel.end(), static_cast<std::size_t>(x.rows() / channels),
                       static_cast<int>(c));
    return y * gather_rows(scale, channel) + gather_rows(shift, channel);
}

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
