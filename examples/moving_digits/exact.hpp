// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The exact denoised estimate of such videos, whatever the noise levels of the frames: given the
// digit a video is a hidden Markov chain of places and ways, summed up forwards and backwards.

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/noise_level.hpp>

#include "video.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace moving_digits {

/// Of every place and way: the first index is the place.
using states = Eigen::Array<double, pixels, ways>;

class of_digits {
  public:
    /// digits: a column each, all as probable.
    explicit of_digits(matrix digits)
        : digits_(std::move(digits)), placed_(pixels, pixels * digits_.cols()) {
        for (Index d = 0; d < digits_.cols(); ++d)
            for (Index p = 0; p < pixels; ++p)
                placed_.col(d * pixels + p) = placed(digits_.col(d), p);
        squares_ = digits_.colwise().squaredNorm().transpose();
    }
    [[nodiscard]] const matrix& digits() const { return digits_; }

    /// As a network of D. levels: one for each frame of each row.
    void operator()(diffgen::batch_view<const double> in, diffgen::batch_view<double> out,
                    std::span<const diffgen::noise_level> levels) const {
        for (std::size_t i = 0; i < in.samples; ++i) {
            const Eigen::Map<const matrix> x(in.sample(i), pixels, frames);
            Eigen::Map<matrix> d(out.sample(i), pixels, frames);
            const auto own = levels.subspan(i * frames, frames);
            const matrix shares = shares_of_places(x, own);
            d.noalias() = placed_ * shares;
            for (Index b = 0; b < frames; ++b) {
                const auto& l = own[static_cast<std::size_t>(b)];
                const double gain = l.alpha * spread * spread / variance(l);
                d.col(b) = (1 - gain * l.alpha) * d.col(b) + gain * x.col(b);
            }
        }
    }

    /// The probability of every digit, place and way in the last of these clean frames.
    [[nodiscard]] std::vector<states> filtered(const matrix& clean) const {
        const diffgen::noise_level none{.t = 0, .log_snr = 0, .alpha = 1, .sigma = 0};
        const std::vector<diffgen::noise_level> levels(static_cast<std::size_t>(clean.cols()),
                                                       none);
        const matrix logs = log_likelihoods(clean, levels);
        std::vector<states> all;
        vector log_total(digits_.cols());
        for (Index d = 0; d < digits_.cols(); ++d) {
            auto [forward, log] = forwards(logs, d);
            all.push_back(forward.back());
            log_total[d] = log;
        }
        const vector share = shares(log_total);
        for (Index d = 0; d < digits_.cols(); ++d)
            all[static_cast<std::size_t>(d)] *= share[d];
        return all;
    }

  private:
    [[nodiscard]] static double variance(const diffgen::noise_level& l) {
        return l.alpha * l.alpha * spread * spread + l.sigma * l.sigma;
    }
    [[nodiscard]] static vector shares(const vector& logs) {
        vector s = (logs.array() - logs.maxCoeff()).exp();
        return s / s.sum();
    }

    /// log p(frame | digit, place) of each frame, but for a number of the frame.
    [[nodiscard]] matrix log_likelihoods(const matrix& x,
                                         std::span<const diffgen::noise_level> levels) const {
        matrix logs = placed_.transpose() * x;
        for (Index b = 0; b < x.cols(); ++b) {
            const auto& l = levels[static_cast<std::size_t>(b)];
            for (Index d = 0; d < digits_.cols(); ++d)
                logs.col(b).segment(d * pixels, pixels).array() -= 0.5 * l.alpha * squares_[d];
            logs.col(b) *= l.alpha / variance(l);
        }
        return logs;
    }

    /// The states after one more move; backwards: what a state is worth that is followed by these.
    [[nodiscard]] static states next(const states& s) {
        const matrix turned = s.matrix() * turns();
        states n;
        for (Index w = 0; w < ways; ++w)
            for (Index p = 0; p < pixels; ++p)
                n(moved(p, w), w) = turned(p, w);
        return n;
    }
    [[nodiscard]] static states before(const states& worth) {
        states n;
        for (Index w = 0; w < ways; ++w)
            for (Index p = 0; p < pixels; ++p)
                n(p, w) = worth(moved(p, w), w);
        return (n.matrix() * turns().transpose()).array();
    }
    [[nodiscard]] static const matrix& turns() {
        static const matrix t = matrix::NullaryExpr(
            ways, ways, [](Index before, Index way) { return turn(before, way); });
        return t;
    }

    /// Over that of the best place, and 1e-50 at least, so that the product of all frames is never
    /// 0.
    template <class Logs>
    [[nodiscard]] static auto likelihoods(const Logs& logs) {
        return (logs.array() - logs.maxCoeff()).exp().max(1e-50).eval();
    }

    /// Of one digit: the states of each frame given the frames so far, and log p of all.
    [[nodiscard]] static std::pair<std::vector<states>, double> forwards(const matrix& logs,
                                                                         Index d) {
        std::vector<states> all;
        double log = 0;
        for (Index b = 0; b < logs.cols(); ++b) {
            const auto own = logs.col(b).segment(d * pixels, pixels);
            states s = b == 0 ? states(states::Constant(1. / (pixels * ways))) : next(all.back());
            s.colwise() *= likelihoods(own);
            const double total = s.sum();
            all.push_back(s / total);
            log += own.maxCoeff() + std::log(total);
        }
        return {std::move(all), log};
    }

    /// The probability of each digit and place in each frame, given all of them.
    [[nodiscard]] matrix shares_of_places(const matrix& x,
                                          std::span<const diffgen::noise_level> levels) const {
        const matrix logs = log_likelihoods(x, levels);
        matrix of_places(logs.rows(), frames);
        vector log_total(digits_.cols());
        for (Index d = 0; d < digits_.cols(); ++d) {
            const auto [forward, log] = forwards(logs, d);
            log_total[d] = log;
            states worth = states::Ones();
            for (Index b = frames; b-- > 0;) {
                const states s = forward[static_cast<std::size_t>(b)] * worth;
                of_places.col(b).segment(d * pixels, pixels) = s.rowwise().sum() / s.sum();
                const auto own = logs.col(b).segment(d * pixels, pixels);
                worth.colwise() *= likelihoods(own);
                worth = before(worth / worth.maxCoeff());
            }
        }
        const vector share = shares(log_total);
        for (Index d = 0; d < digits_.cols(); ++d)
            of_places.middleRows(d * pixels, pixels) *= share[d];
        return of_places;
    }

    matrix digits_, placed_;
    vector squares_;
};

}  // namespace moving_digits
