// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/adapt/opencv.hpp>

#include "check_refused.hpp"
#include "container_runs.hpp"
#include "opencv_matrix.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <vector>

#if defined(DIFFGEN_TESTS_OPENCV)
#include <opencv2/core.hpp>
#endif

using namespace diffgen;
using testing::holds_samples;
using testing::sample_into;

namespace {

using matrix = testing::opencv_matrix;
using testing::opencv_type;
constexpr int type_8u = 0, type_32f = 5, type_64f = 6, type_16f = 7;

template <class T, class Error = bad_shape>
void check_no_batch(const matrix& m, std::initializer_list<std::string_view> parts) {
    check_refused<Error>([&] { static_cast<void>(mat_batch<T>(m)); }, parts);
}

}  // namespace

TEST_CASE("a row of a matrix is a sample, of an image of channels too") {
    std::vector<double> memory(12);
    CHECK(sample_into(mat_batch<double>(matrix(memory.data(), {6, 2}, {16, 8}, type_64f))) ==
          memory.data());
    CHECK(holds_samples(memory.data()));
    std::vector<float> pixels(12);
    const matrix image(pixels.data(), {6, 1}, {8, 8}, opencv_type(type_32f, 2));
    CHECK(sample_into(mat_batch<float>(image)) == pixels.data());
    CHECK(holds_samples(pixels.data()));
    const matrix blob(pixels.data(), {6, 1, 2, 1}, {8, 8, 4, 4}, type_32f);
    CHECK((mat_batch<float>(blob).samples == 6 && mat_batch<float>(blob).elements == 2));
}

TEST_CASE("one image is one sample where it is asked for as one") {
    std::vector<float> pixels(24);
    auto rows = mat_batch<float>(matrix(pixels.data(), {4, 2}, {24, 12}, opencv_type(type_32f, 3)));
    CHECK((rows.samples == 4 && rows.elements == 6));
    CHECK(batch(rows, 1).elements == 24);
}

TEST_CASE("constant elements are read") {
    std::vector<float> pixels{1, 2, 3, 4};
    const batch_view<const float> x =
        mat_batch<const float>(matrix(pixels.data(), {2, 2}, {8, 4}, type_32f));
    CHECK(x.sample(1)[0] == 3);
}

TEST_CASE("other types, regions of an image and empty matrices are refused") {
    std::vector<double> memory(24);
    double* const data = memory.data();
    using bad = bad_argument;
    check_no_batch<float, bad>({data, {6, 2}, {16, 8}, type_64f}, {"CV_64F where CV_32F"});
    check_no_batch<double, bad>({data, {6, 2}, {2, 1}, type_8u}, {"CV_8U where CV_64F"});
    check_no_batch<float, bad>({data, {6, 2}, {4, 2}, type_16f}, {"CV_16F"});
    check_no_batch<double>({data, {6, 2}, {32, 8}, type_64f}, {"(2, 1), not (4, 1)"});
    check_no_batch<double>({data, {2, 2}, {64, 16}, opencv_type(type_64f, 2)},
                           {"(4, 2, 1), not (8, 2, 1)"});
    check_no_batch<double, bad>({data, {6, 2}, {17, 8}, type_64f}, {"17 bytes"});
    check_no_batch<double>({data, {0, 0}, {0, 0}, type_64f}, {"empty batch"});
    check_no_batch<double>({data, {}, {}, type_64f}, {"samples along its first index"});
}

#if defined(DIFFGEN_TESTS_OPENCV)
TEST_CASE("OpenCV's own matrices") {
    cv::Mat_<double> rows(6, 2);
    CHECK(sample_into(mat_batch<double>(rows)) == rows.ptr<double>());
    CHECK(holds_samples(rows.ptr<double>()));
    cv::Mat pixels(6, 1, CV_32FC2);
    CHECK(sample_into(mat_batch<float>(pixels)) == pixels.ptr<float>());
    CHECK(holds_samples(pixels.ptr<float>()));
    const int extents[] = {4, 3, 8, 8};
    const cv::Mat blob(4, extents, CV_32F, cv::Scalar(7));
    const batch_view<const float> images = mat_batch<const float>(blob);
    CHECK((images.samples == 4 && images.elements == 192 && images.sample(3)[191] == 7));
    CHECK(mat_batch<double>(rows.rowRange(2, 5)).data == rows.ptr<double>(2));
    CHECK(mat_batch<double>(rows.col(0).clone()).samples == 6);

    const auto refused_as_double = [](const cv::Mat& m, std::string_view part) {
        check_refused<bad_shape>([&] { static_cast<void>(mat_batch<double>(m)); }, {part});
    };
    refused_as_double(rows.col(0), "not (2, 1)");
    refused_as_double(cv::Mat(6, 4, CV_64F)(cv::Rect(1, 0, 2, 6)), "(2, 1), not (4, 1)");
    refused_as_double(cv::Mat(0, 2, CV_64F), "empty batch");
    check_refused<bad_argument>([&] { static_cast<void>(mat_batch<float>(rows)); },
                                {"CV_64F where CV_32F"});
    check_refused<bad_argument>([] { static_cast<void>(mat_batch<float>(cv::Mat())); }, {"CV_8U"});
}
#endif
