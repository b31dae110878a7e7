// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How good generated digits are: measures against the test digits, and the table of them.

#include <diffgen/io/json.hpp>
#include <diffgen/metrics/frechet_distance.hpp>
#include <diffgen/metrics/precision_recall.hpp>
#include <diffgen/nn/classifier.hpp>

#include "data.hpp"

#include <Eigen/Core>

#include <cstdint>
#include <iomanip>
#include <ostream>
#include <string>
#include <vector>

namespace digits {

struct row {
    std::string solver, backend;
    int steps = 0, evaluations = 0;
    double seconds = 0, samples_per_second = 0;
    double frechet = 0, precision = 0, recall = 0, class_accuracy = 0;
};

/// Compares with the test digits; the classifier is trained on the training digits, on the spot.
class judge {
  public:
    judge(const labelled_digits& training, const labelled_digits& test)
        : test_(columns(test)), statistics_(test_), classifier_({}) {
        classifier_.fit(training.pixel_values.data(), training.labels.data(),
                        static_cast<std::int64_t>(training.count()));
    }

    /// Fills the measures of `r` for these digits.
    void measure(const labelled_digits& d, row& r) const {
        const Eigen::MatrixXd x = columns(d);
        r.frechet = diffgen::metrics::frechet_distance(statistics_,
                                                       diffgen::metrics::gaussian_statistics(x));
        const auto scores = diffgen::metrics::precision_recall(test_, x, 5);
        r.precision = scores.precision;
        r.recall = scores.recall;
        const auto found =
            classifier_.predict(d.pixel_values.data(), static_cast<std::int64_t>(d.count()));
        int right = 0;
        for (std::size_t i = 0; i < found.size(); ++i)
            right += found[i] == d.labels[i];
        r.class_accuracy = static_cast<double>(right) / static_cast<double>(d.count());
    }

  private:
    static Eigen::MatrixXd columns(const labelled_digits& d) {
        return Eigen::Map<const Eigen::MatrixXf>(d.pixel_values.data(), pixels,
                                                 static_cast<Eigen::Index>(d.count()))
            .cast<double>();
    }

    Eigen::MatrixXd test_;
    diffgen::metrics::gaussian_statistics statistics_;
    diffgen::nn::classifier<float> classifier_;
};

inline void print_header(std::ostream& out) {
    out << std::left << std::setw(20) << "solver" << std::right << std::setw(6) << "steps"
        << std::setw(7) << "evals" << std::setw(9) << "backend" << std::setw(9) << "seconds"
        << std::setw(11) << "samples/s" << std::setw(9) << "frechet" << std::setw(11) << "precision"
        << std::setw(8) << "recall" << std::setw(13) << "right class" << std::endl;
}

inline void print(std::ostream& out, const row& r) {
    const auto number = [&](double v, int width, int digits) {
        out << std::setw(width) << std::fixed << std::setprecision(digits) << v;
    };
    out << std::left << std::setw(20) << r.solver << std::right;
    if (r.steps > 0) {
        out << std::setw(6) << r.steps << std::setw(7) << r.evaluations << std::setw(9)
            << r.backend;
        number(r.seconds, 9, 2);
        number(r.samples_per_second, 11, 0);
    } else {
        out << std::setw(6) << '-' << std::setw(7) << '-' << std::setw(9) << '-' << std::setw(9)
            << '-' << std::setw(11) << '-';
    }
    number(r.frechet, 9, 3);
    number(r.precision, 11, 3);
    number(r.recall, 8, 3);
    number(100 * r.class_accuracy, 11, 1);
    out << " %" << std::endl;
}

inline diffgen::io::json to_json(const std::vector<row>& rows) {
    diffgen::io::json::array list;
    for (const auto& r : rows) {
        diffgen::io::json o;
        o.set("solver", r.solver);
        o.set("steps", r.steps);
        o.set("evaluations", r.evaluations);
        o.set("backend", r.backend);
        o.set("seconds", r.seconds);
        o.set("samples_per_second", r.samples_per_second);
        o.set("frechet", r.frechet);
        o.set("precision", r.precision);
        o.set("recall", r.recall);
        o.set("class_accuracy", r.class_accuracy);
        list.push_back(std::move(o));
    }
    diffgen::io::json all;
    all.set("rows", std::move(list));
    return all;
}

}  // namespace digits
