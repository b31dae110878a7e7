// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Data from a hidden Markov chain, whose posteriors are exact at any length by the forward-backward
// algorithm (Baum et al. 1970; Rabiner 1989): the oracle of discrete diffusion.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/discrete/distribution.hpp>

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::discrete {

/// What is known of a sequence once each of its elements has been seen through noise. Tables by
/// position, then state or symbol.
struct sequence_posterior {
    double log_evidence = 0;           ///< of what was seen
    std::vector<double> hidden;        ///< P(hidden state at i | all that was seen)
    std::vector<double> symbol;        ///< P(symbol at i | all that was seen)
    std::vector<double> given_others;  ///< P(symbol at i | what was seen elsewhere)
};

/// Hidden states follow a Markov chain, and each shows a symbol. A Markov chain is the one whose
/// emission is the identity.
class hidden_markov {
  public:
    /// initial [S], transition [S, S], emission [S, V], row by row. Throws bad_shape; bad_argument
    /// where a row is no distribution.
    hidden_markov(std::vector<double> initial, std::vector<double> transition,
                  std::vector<double> emission)
        : states_(initial.size()),
          symbols_(states_ == 0 ? 0 : emission.size() / states_),
          initial_(std::move(initial)),
          transition_(std::move(transition)),
          emission_(std::move(emission)) {
        if (states_ == 0 || symbols_ == 0 || transition_.size() != states_ * states_ ||
            emission_.size() != states_ * symbols_)
            throw bad_shape(diffgen::detail::text(
                "diffgen: a hidden Markov chain of ", states_, " states with ", transition_.size(),
                " transitions and ", emission_.size(), " emissions"));
        check_rows(initial_, states_, "initial");
        check_rows(transition_, states_, "transition");
        check_rows(emission_, symbols_, "emission");
    }

    [[nodiscard]] std::size_t states() const { return states_; }
    [[nodiscard]] std::size_t symbols() const { return symbols_; }

    /// likelihood [length, V]: how probable what was seen at a position is for each symbol; all
    /// ones where nothing was seen. Throws bad_shape; bad_argument where all of it is impossible.
    [[nodiscard]] sequence_posterior posterior(numbers likelihood) const {
        if (likelihood.empty() || likelihood.size() % symbols_ != 0)
            throw bad_shape(diffgen::detail::text("diffgen: ", likelihood.size(),
                                                  " likelihoods of ", symbols_, " symbols"));
        const std::size_t length = likelihood.size() / symbols_;
        // How probable what was seen at i is for each hidden state.
        std::vector<double> seen(length * states_);
        for (std::size_t i = 0; i < length; ++i)
            for (std::size_t s = 0; s < states_; ++s)
                for (std::size_t v = 0; v < symbols_; ++v)
                    seen[i * states_ + s] +=
                        emission_[s * symbols_ + v] * likelihood[i * symbols_ + v];
        sequence_posterior out;
        const auto predicted = forward(seen, length, out.log_evidence);
        const auto later = backward(seen, length);
        for (std::size_t i = 0; i < length; ++i) {
            std::vector<double> others(states_), hidden(states_), symbol(symbols_),
                given_others(symbols_);
            for (std::size_t s = 0; s < states_; ++s) {
                others[s] = predicted[i * states_ + s] * later[i * states_ + s];
                hidden[s] = others[s] * seen[i * states_ + s];
                for (std::size_t v = 0; v < symbols_; ++v)
                    given_others[v] += others[s] * emission_[s * symbols_ + v];
            }
            for (std::size_t v = 0; v < symbols_; ++v)
                symbol[v] = given_others[v] * likelihood[i * symbols_ + v];
            append(out.hidden, hidden);
            append(out.symbol, symbol);
            append(out.given_others, given_others);
        }
        return out;
    }

    /// The log probability of a sequence of symbols.
    [[nodiscard]] double log_probability(std::span<const int> sequence) const {
        std::vector<double> likelihood(sequence.size() * symbols_);
        for (std::size_t i = 0; i < sequence.size(); ++i) {
            diffgen::detail::require(sequence[i] >= 0 && sequence[i] < static_cast<int>(symbols_),
                                     "symbol ", sequence[i], " at ", i, " of a chain of ", symbols_,
                                     " symbols");
            likelihood[i * symbols_ + static_cast<std::size_t>(sequence[i])] = 1;
        }
        return posterior(likelihood).log_evidence;
    }

  private:
    static void check_rows(const std::vector<double>& table, std::size_t size, const char* name) {
        for (std::size_t first = 0; first < table.size(); first += size) {
            double sum = 0;
            bool holds = true;
            for (std::size_t i = first; i < first + size; ++i) {
                holds = holds && table[i] >= 0;
                sum += table[i];
            }
            diffgen::detail::require(holds && std::abs(sum - 1) <= 1e-9, "row ", first / size,
                                     " of the ", name, " probabilities sums to ", sum,
                                     "; they must not be negative and sum to 1");
        }
    }
    static void append(std::vector<double>& to, std::vector<double> weights) {
        weights = normalised(std::move(weights));
        to.insert(to.end(), weights.begin(), weights.end());
    }

    /// P(hidden state at i | what was seen before i).
    [[nodiscard]] std::vector<double> forward(const std::vector<double>& seen, std::size_t length,
                                              double& log_evidence) const {
        std::vector<double> predicted(initial_), all;
        for (std::size_t i = 0; i < length; ++i) {
            all.insert(all.end(), predicted.begin(), predicted.end());
            double evidence = 0;
            for (std::size_t s = 0; s < states_; ++s)
                evidence += predicted[s] *= seen[i * states_ + s];
            diffgen::detail::require(evidence > 0, "what was seen at position ", i,
                                     " of a sequence has probability ", evidence,
                                     " under the chain");
            log_evidence += std::log(evidence);
            std::vector<double> next(states_);
            for (std::size_t s = 0; s < states_; ++s)
                for (std::size_t r = 0; r < states_; ++r)
                    next[r] += predicted[s] / evidence * transition_[s * states_ + r];
            predicted = std::move(next);
        }
        return all;
    }

    /// In proportion, P(what was seen after i | hidden state at i).
    [[nodiscard]] std::vector<double> backward(const std::vector<double>& seen,
                                               std::size_t length) const {
        std::vector<double> later(length * states_, 1);
        for (std::size_t i = length - 1; i-- > 0;) {
            double sum = 0;
            for (std::size_t s = 0; s < states_; ++s) {
                double p = 0;
                for (std::size_t r = 0; r < states_; ++r)
                    p += transition_[s * states_ + r] * seen[(i + 1) * states_ + r] *
                         later[(i + 1) * states_ + r];
                sum += later[i * states_ + s] = p;
            }
            for (std::size_t s = 0; s < states_; ++s)
                later[i * states_ + s] /= sum;
        }
        return later;
    }

    std::size_t states_, symbols_;
    std::vector<double> initial_, transition_, emission_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::discrete

#include <diffgen/core/with_macros.hpp>
