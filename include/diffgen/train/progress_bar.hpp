// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// An observer that shows a training on a terminal.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/nn/fit.hpp>

#include <cstddef>
#include <cstdint>
#include <iomanip>
#include <ostream>
#include <string>

namespace diffgen::inline DIFFGEN_ABI::train {

/// One line, rewritten in place every `every` steps and at the end:
/// "training [=====>    ] 3500/7000 loss 0.1234 41 s". The stream must outlive it.
class progress_bar {
  public:
    explicit progress_bar(std::ostream& out, std::int64_t every = 50, int width = 40)
        : out_(&out), every_(every), width_(width) {}

    bool operator()(const nn::training_progress& p) {
        // The loss of single batches jumps; show its running mean.
        mean_ = started_ ? mean_ + 0.02 * (p.loss - mean_) : p.loss;
        started_ = true;
        if (p.step % every_ != 0 && p.step != p.steps) return true;
        const auto filled = static_cast<std::size_t>(width_ * p.step / p.steps);
        const std::string bar = std::string(filled, '=') + (p.step < p.steps ? ">" : "");
        *out_ << "\rtraining [" << std::left << std::setw(width_) << bar << "] " << p.step << '/'
              << p.steps << " loss " << std::fixed << std::setprecision(4) << mean_ << ' '
              << std::setprecision(0) << p.seconds << " s" << (p.step == p.steps ? "\n" : "")
              << std::flush;
        return true;
    }

  private:
    std::ostream* out_;
    std::int64_t every_;
    int width_;
    double mean_ = 0;
    bool started_ = false;
};

}  // namespace diffgen::inline DIFFGEN_ABI::train

#include <diffgen/core/with_macros.hpp>
