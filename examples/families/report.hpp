// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// One table of all families, beside what models without training reach, and their pictures.

#include <diffgen/io/contact_sheet.hpp>
#include <diffgen/io/json.hpp>
#include <diffgen/io/png.hpp>
#include <diffgen/metrics/frechet_distance.hpp>
#include <diffgen/metrics/precision_recall.hpp>

#include "data.hpp"

#include <cmath>
#include <filesystem>
#include <iomanip>
#include <limits>
#include <ostream>
#include <span>
#include <string>
#include <vector>

namespace families {

inline constexpr double not_measured = std::numeric_limits<double>::quiet_NaN();

struct row {
    std::string family, kind;
    double bits = not_measured, error = not_measured;  ///< a pixel; standard error
    double frechet = not_measured, precision = not_measured, recall = not_measured,
           density = not_measured, coverage = not_measured;
    double seconds = not_measured;  ///< of training in this run
};

/// Bits a pixel of held-out digits, from log-likelihoods in nats.
inline void set_bits(row& r, const std::vector<double>& log_p) {
    double sum = 0, squares = 0;
    for (const double nats : log_p) {
        const double bits = -nats / (std::log(2.0) * pixels);
        sum += bits;
        squares += bits * bits;
    }
    const double n = static_cast<double>(log_p.size());
    r.bits = sum / n;
    r.error = std::sqrt((squares / n - r.bits * r.bits) / n);
}

/// Against the test digits, in pixels of [-1, 1].
inline void set_measures(row& r, const matrix& test, const matrix& samples) {
    const auto scaled = [](const matrix& k) {
        return Eigen::MatrixXd((k.cast<double>().array() / 8 - 1).matrix());
    };
    const Eigen::MatrixXd x = scaled(test), y = scaled(samples);
    r.frechet = diffgen::metrics::frechet_distance(x, y);
    const auto scores = diffgen::metrics::precision_recall(x, y, 5);
    r.precision = scores.precision;
    r.recall = scores.recall;
    r.density = scores.density;
    r.coverage = scores.coverage;
}

/// The samples of independent pixels with the training digits' histograms (each level counted 0.3
/// times more), and their bits: what a model must beat to have seen more than single pixels.
class histogram {
  public:
    static constexpr const char* name = "pixel histogram";

    explicit histogram(const matrix& training) : shares_(levels, pixels) {
        shares_.setConstant(0.3);
        for (Eigen::Index j = 0; j < training.cols(); ++j)
            for (Eigen::Index d = 0; d < pixels; ++d)
                shares_(static_cast<Eigen::Index>(training(d, j)), d) += 1;
        for (Eigen::Index d = 0; d < pixels; ++d)
            shares_.col(d) /= shares_.col(d).sum();
    }
    std::vector<double> log_likelihood(const matrix& data) const {
        std::vector<double> all;
        for (Eigen::Index j = 0; j < data.cols(); ++j) {
            double nats = 0;
            for (Eigen::Index d = 0; d < pixels; ++d)
                nats += std::log(shares_(static_cast<Eigen::Index>(data(d, j)), d));
            all.push_back(nats);
        }
        return all;
    }
    matrix sample(Eigen::Index count) const {
        matrix x(pixels, count);
        for (Eigen::Index j = 0; j < count; ++j)
            for (Eigen::Index d = 0; d < pixels; ++d) {
                double u = diffgen::noise::philox{19}.uniform<double>(
                    diffgen::noise::stream::prior, 0, static_cast<std::uint64_t>(j * pixels + d));
                Eigen::Index k = 0;
                while (k + 1 < levels && (u -= shares_(k, d)) > 0)
                    ++k;
                x(d, j) = static_cast<float>(k);
            }
        return x;
    }

  private:
    Eigen::MatrixXd shares_;
};

/// The first `count` samples, 24 a line.
inline void write_picture(const std::filesystem::path& path, const matrix& samples,
                          Eigen::Index count) {
    std::vector<diffgen::io::image> tiles;
    for (Eigen::Index j = 0; j < std::min(count, samples.cols()); ++j)
        tiles.push_back(diffgen::io::grey_image(
            std::span<const float>(samples.col(j).data(), pixels), 8, 8, 0.f, 16.f));
    diffgen::io::write_png(path,
                           diffgen::io::contact_sheet(
                               tiles, {.columns = 24, .scale = 4, .margin = 3, .background = 96}));
}

inline void print(std::ostream& out, const std::vector<row>& rows) {
    out << std::left << std::setw(16) << "family" << std::right << std::setw(10) << "bits/dim"
        << std::setw(8) << "+-" << std::setw(9) << "frechet" << std::setw(11) << "precision"
        << std::setw(8) << "recall" << std::setw(9) << "density" << std::setw(10) << "coverage"
        << std::setw(9) << "seconds"
        << "  kind of the bits\n";
    for (const row& r : rows) {
        const auto number = [&](double v, int width, int digits) {
            if (std::isfinite(v))
                out << std::setw(width) << std::fixed << std::setprecision(digits) << v;
            else
                out << std::setw(width) << '-';
        };
        out << std::left << std::setw(16) << r.family << std::right;
        number(r.bits, 10, 3);
        number(r.error, 8, 3);
        number(r.frechet, 9, 3);
        number(r.precision, 11, 3);
        number(r.recall, 8, 3);
        number(r.density, 9, 3);
        number(r.coverage, 10, 3);
        number(r.seconds, 9, 0);
        out << "  " << r.kind << '\n';
    }
}

inline diffgen::io::json to_json(const std::vector<row>& rows) {
    diffgen::io::json::array list;
    for (const row& r : rows) {
        diffgen::io::json o;
        o.set("family", r.family);
        o.set("kind", r.kind);
        const auto set = [&](const char* key, double v) {
            if (std::isfinite(v)) o.set(key, v);
        };
        set("bits_per_dim", r.bits);
        set("standard_error", r.error);
        set("frechet", r.frechet);
        set("precision", r.precision);
        set("recall", r.recall);
        set("density", r.density);
        set("coverage", r.coverage);
        set("seconds", r.seconds);
        list.push_back(std::move(o));
    }
    diffgen::io::json all;
    all.set("rows", std::move(list));
    return all;
}

}  // namespace families
