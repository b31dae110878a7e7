// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A network that knows the answer: the posterior of a hidden Markov chain. And the law of a run
// with it, by counting all states of a short sequence instead of drawing.

#include <diffgen/core/batch_view.hpp>
#include <diffgen/discrete/hidden_markov.hpp>
#include <diffgen/discrete/predicts.hpp>
#include <diffgen/discrete/step.hpp>
#include <diffgen/discrete/steps.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

namespace oracle {

namespace discrete = diffgen::discrete;
using numbers = std::vector<double>;

/// Two hidden states, three symbols; neighbours matter.
inline discrete::hidden_markov chain() {
    return {{0.7, 0.3}, {0.85, 0.15, 0.25, 0.75}, {0.8, 0.15, 0.05, 0.1, 0.2, 0.7}};
}

/// A network that answers by one prediction, and is taken at another.
template <class Says, class Taken>
struct mistaken {
    using says = Says;

    template <class Step>
    static void to_origins(const Step& s, int x, std::span<double> row) {
        Taken::to_origins(s, x, row);
    }
};

namespace detail {
template <class Output>
struct answer_of {
    using type = Output;
};
template <class Says, class Taken>
struct answer_of<mistaken<Says, Taken>> {
    using type = Says;
};
}  // namespace detail

/// Answers with what a prediction asks for, of levels seen through a corruption. The states are the
/// chain's symbols, and for masks one more, the last.
template <class Corruption, class Schedule, class Output>
struct network {
    using answer = typename detail::answer_of<Output>::type;

    discrete::hidden_markov data;
    Corruption corruption;
    Schedule schedule;

    template <class Level, class Number>
    void operator()(diffgen::batch_view<const Level> x, diffgen::batch_view<Number> out,
                    const discrete::moment& now) const {
        const auto step = discrete::step_between(corruption, schedule, now, discrete::moment{});
        const std::size_t symbols = data.symbols(), states = out.elements / x.elements;
        numbers likelihood(x.elements * symbols);
        for (std::size_t s = 0; s < x.samples; ++s) {
            for (std::size_t i = 0; i < x.elements; ++i)
                for (std::size_t v = 0; v < symbols; ++v)
                    likelihood[i * symbols + v] =
                        step.forward(static_cast<int>(v), static_cast<int>(x.sample(s)[i]));
            const auto posterior = data.posterior(likelihood);
            for (std::size_t i = 0; i < x.elements; ++i) {
                numbers row(states);
                for (std::size_t v = 0; v < symbols; ++v)
                    row[v] = std::is_same_v<answer, discrete::clean>
                                 ? posterior.symbol[i * symbols + v]
                                 : posterior.given_others[i * symbols + v];
                if constexpr (std::is_same_v<answer, discrete::concrete_score>) step.at_from(row);
                for (std::size_t v = 0; v < states; ++v)
                    out.sample(s)[i * states + v] = static_cast<Number>(std::log(row[v]));
            }
        }
    }
};

/// The probability of every sequence of a length, numbered with the first symbol in the lowest
/// place.
inline numbers law_of_data(const discrete::hidden_markov& data, std::size_t length, int states) {
    std::size_t all = 1;
    for (std::size_t i = 0; i < length; ++i)
        all *= static_cast<std::size_t>(states);
    numbers law(all);
    std::vector<int> x(length);
    for (std::size_t code = 0; code < all; ++code) {
        std::size_t rest = code;
        bool inside = true;
        for (int& v : x) {
            v = static_cast<int>(rest % static_cast<std::size_t>(states));
            rest /= static_cast<std::size_t>(states);
            inside = inside && v < static_cast<int>(data.symbols());
        }
        if (inside) law[code] = std::exp(data.log_probability(x));
    }
    return law;
}

/// The sequence of a number.
inline std::vector<int> sequence_of(std::size_t code, std::size_t length, int states) {
    std::vector<int> x;
    for (std::size_t i = 0; i < length; ++i, code /= static_cast<std::size_t>(states))
        x.push_back(static_cast<int>(code % static_cast<std::size_t>(states)));
    return x;
}

/// Of independent elements, spread over the numbers of all sequences.
inline void add_product(numbers& law, double weight, const std::vector<numbers>& elements) {
    numbers product{weight};
    for (const numbers& p : elements) {
        numbers next;
        for (const double q : p)
            for (const double v : product)
                next.push_back(v * q);
        product = std::move(next);
    }
    for (std::size_t i = 0; i < law.size(); ++i)
        law[i] += product[i];
}

/// The law after a step whose elements decide for themselves, of the law before it.
template <class Output, class Rule, class Step, class Net>
numbers stepped(const numbers& law, std::size_t length, const Rule& rule, const Step& step,
                const Net& net) {
    const int states = step.states();
    const auto size = static_cast<std::size_t>(states);
    numbers next(law.size());
    for (std::size_t code = 0; code < law.size(); ++code) {
        if (law[code] == 0) continue;
        const std::vector<int> x = sequence_of(code, length, states);
        numbers answers(length * size);
        net(diffgen::batch_view<const int>(x.data(), 1, length),
            diffgen::batch_view<double>(answers.data(), 1, answers.size()), step.from());
        std::vector<numbers> elements;
        for (std::size_t i = 0; i < length; ++i) {
            numbers row(size);
            if (step.is_clean(x[i])) {
                row[static_cast<std::size_t>(x[i])] = 1;
            } else {
                for (std::size_t v = 0; v < size; ++v)
                    row[v] = std::exp(answers[i * size + v]);
                Output::to_origins(step, x[i], row);
                step.exclude_noise(row);
            }
            if (!step.is_clean(x[i]) || requires { Rule::changes_clean; })
                rule.weigh(step, x[i], row);
            for (double& w : row)
                w = w > 0 ? w : 0;
            elements.push_back(discrete::normalised(row));
        }
        add_product(next, law[code], elements);
    }
    return next;
}

/// The law of the data seen through the corruption at a moment.
template <class Step>
numbers law_at(const numbers& clean, std::size_t length, const Step& step) {
    numbers law(clean.size());
    for (std::size_t code = 0; code < clean.size(); ++code) {
        if (clean[code] == 0) continue;
        std::vector<numbers> elements;
        for (const int v : sequence_of(code, length, step.states())) {
            elements.emplace_back();
            for (int y = 0; y < step.states(); ++y)
                elements.back().push_back(step.forward(v, y));
        }
        add_product(law, clean[code], elements);
    }
    return law;
}

/// The law of a run over equidistant times from t_first, which begins with the law of noised data.
template <class Output, class Corruption, class Schedule, class Rule>
numbers law_of_run(const Corruption& c, const Schedule& s, const Rule& rule, std::size_t length,
                   int steps, double t_first = 1) {
    const network<Corruption, Schedule, Output> net{chain(), c, s};
    const auto moment = [&](int k) {
        return k == steps ? discrete::moment{}
                          : discrete::moment_at(s, t_first * (steps - k) / steps);
    };
    numbers law = law_at(law_of_data(net.data, length, c.states), length,
                         discrete::step_between(c, s, moment(0), moment(steps)));
    for (int k = 0; k < steps; ++k) {
        const auto step = discrete::step_between(c, s, moment(k), moment(k + 1));
        if (k + 1 == steps && requires { Rule::ends_ancestral; })
            law = stepped<Output>(law, length, discrete::ancestral{}, step, net);
        else
            law = stepped<Output>(law, length, rule, step, net);
    }
    return law;
}

}  // namespace oracle
