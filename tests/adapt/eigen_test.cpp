// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/adapt/eigen.hpp>

#include "check_refused.hpp"
#include "container_runs.hpp"

#include <Eigen/Core>
#include <doctest/doctest.h>

#include <initializer_list>
#include <string_view>
#include <type_traits>
#include <vector>

using namespace diffgen;
using testing::holds_samples;
using testing::sample_into;

TEST_CASE("Eigen states are used in place: a column is a sample") {
    Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(2, 6);
    CHECK(sample_into(matrix) == matrix.data());
    CHECK(holds_samples(matrix.data()));
    CHECK(matrix(1, 2) == testing::expected_samples<double>()[2 * 2 + 1]);

    Eigen::ArrayXXf array = Eigen::ArrayXXf::Zero(2, 6);
    CHECK(sample_into(array) == array.data());
    CHECK(holds_samples(array.data()));

    Eigen::Matrix<double, 2, 6> fixed = Eigen::Matrix<double, 2, 6>::Zero();
    CHECK(sample_into(fixed) == fixed.data());
    CHECK(holds_samples(fixed.data()));

    std::vector<float> memory(12);
    Eigen::Map<Eigen::MatrixXf> map(memory.data(), 2, 6);
    CHECK(sample_into(map) == memory.data());
    CHECK(holds_samples(memory.data()));
}

TEST_CASE("a block of whole columns is used in place, and nothing around it") {
    Eigen::MatrixXd matrix = Eigen::MatrixXd::Constant(2, 9, 7);
    auto columns = matrix.middleCols(2, 6);
    CHECK(sample_into(columns) == matrix.data() + 4);
    CHECK(holds_samples(matrix.data() + 4));
    CHECK((matrix.leftCols(2).array() == 7).all());
    CHECK((matrix.rightCols(1).array() == 7).all());
}

namespace {

/// Whether a state of five samples of one number is used where it lies, with the numbers of a
/// std::vector.
template <class X>
void check_scalars(X& x) {
    std::vector<float> expected(5);
    testing::sample_scalars(batch(expected, 5));
    CHECK(testing::sample_scalars(x) == x.data());
    CHECK(std::vector<float>(x.data(), x.data() + 5) == expected);
    CHECK(static_cast<const X&>(x)(3) == expected[3]);
}

template <class X>
void check_gaps_refused(X&& x, std::initializer_list<std::string_view> parts) {
    check_refused<bad_shape>(
        [&] { static_cast<void>(state_traits<std::remove_cvref_t<X>>::view(x)); }, parts);
}

}  // namespace

TEST_CASE("a row vector is a batch of scalars, whatever its storage order") {
    Eigen::MatrixXf matrix(1, 5);
    check_scalars(matrix);
    Eigen::RowVectorXf vector(5);
    check_scalars(vector);
    Eigen::Array<float, 1, Eigen::Dynamic> array(5);
    check_scalars(array);
    Eigen::Matrix<float, 1, 5> fixed;
    check_scalars(fixed);
    std::vector<float> memory(7, 7.f);
    Eigen::Map<Eigen::RowVectorXf> map(memory.data() + 1, 5);
    check_scalars(map);
    Eigen::Ref<Eigen::RowVectorXf> reference(vector);
    check_scalars(reference);
    auto segment = Eigen::Map<Eigen::RowVectorXf>(memory.data(), 7).segment(1, 5);
    check_scalars(segment);
    CHECK(memory.front() == 7);
    CHECK(memory.back() == 7);
    Eigen::VectorXf column(5);
    auto transposed = column.transpose();
    check_scalars(transposed);
    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> rows(3, 5);
    auto row = rows.row(1);
    check_scalars(row);
}

TEST_CASE("a column vector is one sample") {
    Eigen::VectorXd vector(5);
    const auto view = state_traits<Eigen::VectorXd>::view(vector);
    CHECK(view.samples == 1);
    CHECK(view.elements == 5);
    Eigen::MatrixXd matrix(5, 3);
    auto column = matrix.col(1);
    CHECK(state_traits<decltype(column)>::view(column).data == matrix.data() + 5);
    Eigen::Map<Eigen::VectorXd, 0, Eigen::InnerStride<>> strided(matrix.data(), 5,
                                                                 Eigen::InnerStride<>(1));
    CHECK(state_traits<decltype(strided)>::view(strided).elements == 5);
    // Given as samples, it is divided as any memory is.
    CHECK(batch(vector, 5).elements == 1);
}

TEST_CASE("the transpose of a row-major matrix has a sample a column") {
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> rows(6, 2);
    auto columns = rows.transpose();
    CHECK(sample_into(columns) == rows.data());
    CHECK(holds_samples(rows.data()));
}

TEST_CASE("memory with gaps is refused, with its strides") {
    Eigen::MatrixXd matrix(4, 6);
    check_gaps_refused(matrix.topRows(2), {"diffgen: ", "(6, 2)", "(2, 1), not (4, 1)"});
    check_gaps_refused(matrix.row(2), {"(6, 1)", "(1, 1), not (4, "});
    check_gaps_refused(matrix.diagonal(), {"(1, 4)", "not (", "5)"});
    Eigen::Map<Eigen::VectorXd, 0, Eigen::InnerStride<>> second(matrix.data(), 5,
                                                                Eigen::InnerStride<>(2));
    check_gaps_refused(second, {"(1, 5)", "2)"});
    using any = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
    Eigen::Map<Eigen::MatrixXd, 0, any> overlapping(matrix.data(), 2, 3, any(1, 1));
    check_gaps_refused(overlapping, {"(3, 2)", "(2, 1), not (1, 1)"});
    Eigen::Map<Eigen::MatrixXd, 0, any> backwards(matrix.data() + 4, 2, 3, any(-2, 1));
    check_gaps_refused(backwards, {"(3, 2)", "(2, 1), not (-2, 1)"});
    Eigen::Map<Eigen::MatrixXd, 0, any> repeated(matrix.data(), 2, 3, any(0, 1));
    check_gaps_refused(repeated, {"(3, 2)", "(2, 1), not (0, 1)"});
    Eigen::Map<Eigen::MatrixXd, 0, any> adjacent(matrix.data(), 2, 3, any(2, 1));
    CHECK(state_traits<decltype(adjacent)>::view(adjacent).samples == 3);
    Eigen::MatrixXd empty;
    check_gaps_refused(empty, {"empty batch"});
    // Nor does batch(x, samples) take it for memory without gaps.
    auto row = matrix.row(2);
    check_refused<bad_shape>([&] { static_cast<void>(batch(row, 6)); }, {"(6, 1)"});
}
