// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// How good generated digits are: measures against the test digits, beside those of real digits.

#include <diffgen/io/json.hpp>
#include <diffgen/metrics/copying.hpp>
#include <diffgen/metrics/frechet_distance.hpp>
#include <diffgen/metrics/precision_recall.hpp>
#include <diffgen/noise/source.hpp>

#include "classifier.hpp"
#include "data.hpp"

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <ostream>
#include <string>
#include <vector>

namespace mnist {

struct row {
    std::string name;
    double right_class = 0;  ///< part that the classifier takes for the class asked for
    double frechet = 0, precision = 0, recall = 0, density = 0, coverage = 0;  ///< in its features
    double pixel_frechet = 0;
    double nearer_to_training = 0;  ///< part nearer to training digits than to as many test digits
};

inline Eigen::MatrixXd columns(const labelled_digits& d) {
    return Eigen::Map<const Eigen::MatrixXf>(d.values.data(), static_cast<Eigen::Index>(pixels),
                                             static_cast<Eigen::Index>(d.count()))
        .cast<double>();
}

/// Compares with the test digits. The classifier is trained on three quarters of the training
/// digits; the others, which it has not seen, are the real digits to compare with.
class judge {
  public:
    judge(const labelled_digits& training, const labelled_digits& test, int epochs, int threads)
        : test_(columns(test)) {
        labelled_digits seen;
        for (std::size_t i = 0; i < training.count(); ++i) {
            auto& part = i % 4 == 0 ? real_ : seen;
            part.values.insert(part.values.end(), training.picture(i).begin(),
                               training.picture(i).end());
            part.labels.push_back(training.labels[i]);
        }
        classifier_.fit(seen, epochs, threads);
        features_ = classifier_.features(test);
        test_right_ = right(test);
        const auto count = std::min(test.count(), seen.count());
        near_training_ = columns(seen.part(0, count));
        near_test_ = test_.leftCols(near_training_.cols());
    }

    /// Training digits that the classifier has not seen.
    [[nodiscard]] const labelled_digits& real() const { return real_; }
    /// The part of the test digits whose class it finds.
    [[nodiscard]] double test_right() const { return test_right_; }

    [[nodiscard]] row measure(const std::string& name, const labelled_digits& d) const {
        row r{.name = name, .right_class = right(d)};
        const auto found = classifier_.features(d);
        r.frechet = diffgen::metrics::frechet_distance(features_, found);
        const auto scores = diffgen::metrics::precision_recall(features_, found, 5);
        r.precision = scores.precision;
        r.recall = scores.recall;
        r.density = scores.density;
        r.coverage = scores.coverage;
        const Eigen::MatrixXd x = columns(d);
        r.pixel_frechet = diffgen::metrics::frechet_distance(test_, x);
        diffgen::metrics::copying_counts nearness(near_training_, near_test_);
        nearness.add(x);
        r.nearer_to_training = nearness.share();
        return r;
    }

  private:
    [[nodiscard]] double right(const labelled_digits& d) const {
        const auto found = classifier_.predict(d);
        int count = 0;
        for (std::size_t i = 0; i < found.size(); ++i)
            count += found[i] == d.labels[i];
        return static_cast<double>(count) / static_cast<double>(found.size());
    }

    classifier classifier_;
    labelled_digits real_;
    Eigen::MatrixXd test_, features_, near_training_, near_test_;
    double test_right_ = 0;
};

/// Digits of a Gaussian for each class with the mean and covariance of the training digits: what a
/// model must beat.
inline labelled_digits class_gaussians(const labelled_digits& training,
                                       const std::vector<int>& of) {
    labelled_digits d{std::vector<float>(of.size() * pixels), of};
    const diffgen::noise::philox random{33};
    const auto n = static_cast<Eigen::Index>(pixels);
    for (int k = 0; k < classes; ++k) {
        labelled_digits own;
        for (std::size_t i = 0; i < training.count(); ++i)
            if (training.labels[i] == k) {
                own.values.insert(own.values.end(), training.picture(i).begin(),
                                  training.picture(i).end());
                own.labels.push_back(k);
            }
        const Eigen::MatrixXd x = columns(own);
        const Eigen::VectorXd mean = x.rowwise().mean();
        const Eigen::MatrixXd apart = x.colwise() - mean;
        for (std::size_t i = 0; i < of.size(); ++i) {
            if (of[i] != k) continue;
            // Deviations of all digits, in random shares, have their covariance.
            Eigen::VectorXd shares(x.cols());
            for (Eigen::Index j = 0; j < x.cols(); ++j)
                shares[j] = random.normal<double>(diffgen::noise::stream::prior,
                                                  static_cast<std::uint32_t>(i),
                                                  static_cast<std::uint64_t>(j));
            const Eigen::VectorXd drawn =
                mean + apart * shares / std::sqrt(static_cast<double>(x.cols() - 1));
            Eigen::Map<Eigen::VectorXf>(d.values.data() + i * pixels, n) =
                drawn.cwiseMax(-1).cwiseMin(1).cast<float>();
        }
    }
    return d;
}

inline void print(std::ostream& out, const std::vector<row>& rows) {
    out << std::left << std::setw(18) << "digits" << std::right << std::setw(13) << "right class"
        << std::setw(10) << "frechet" << std::setw(11) << "precision" << std::setw(8) << "recall"
        << std::setw(9) << "density" << std::setw(10) << "coverage" << std::setw(15)
        << "pixel frechet" << std::setw(20) << "nearer to training" << '\n';
    for (const row& r : rows) {
        const auto number = [&](double v, int width, int digits) {
            out << std::setw(width) << std::fixed << std::setprecision(digits) << v;
        };
        out << std::left << std::setw(18) << r.name << std::right;
        number(100 * r.right_class, 11, 1);
        out << " %";
        number(r.frechet, 10, 2);
        number(r.precision, 11, 3);
        number(r.recall, 8, 3);
        number(r.density, 9, 3);
        number(r.coverage, 10, 3);
        number(r.pixel_frechet, 15, 1);
        number(r.nearer_to_training, 20, 3);
        out << '\n';
    }
}

inline diffgen::io::json to_json(const std::vector<row>& rows) {
    diffgen::io::json::array list;
    for (const row& r : rows) {
        diffgen::io::json o;
        o.set("digits", r.name);
        o.set("right_class", r.right_class);
        o.set("frechet", r.frechet);
        o.set("precision", r.precision);
        o.set("recall", r.recall);
        o.set("density", r.density);
        o.set("coverage", r.coverage);
        o.set("pixel_frechet", r.pixel_frechet);
        o.set("nearer_to_training", r.nearer_to_training);
        list.push_back(std::move(o));
    }
    diffgen::io::json all;
    all.set("rows", std::move(list));
    return all;
}

}  // namespace mnist
