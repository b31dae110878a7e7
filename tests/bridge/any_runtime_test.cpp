// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A runtime behind one type says and does what it does alone; and what of a runtime that
// differentiates reaches those who ask a network for J'v. The runtime computes y = t A x with a
// matrix A of whole numbers, so that every result is exact.

#include "check_refused.hpp"
#include "tiny_network.hpp"

#include <diffgen/bridge/any_runtime.hpp>
#include <diffgen/bridge/network.hpp>
#include <diffgen/density/network_products.hpp>
#include <diffgen/posterior/estimator.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <span>
#include <vector>

using namespace diffgen;
using bridge::any_size;
using bridge::element;
using bridge::port;
using bridge::tensor;

namespace {

constexpr float matrix[2][2] = {{1, 2}, {-3, 5}};

/// Inputs are x and t, both of floats.
struct linear {
    std::vector<port> in{{"x", element::float32, {any_size, 2}},
                         {"t", element::float32, {any_size}}};
    std::vector<port> out{{"y", element::float32, {any_size, 2}}};

    [[nodiscard]] const std::vector<port>& inputs() const { return in; }
    [[nodiscard]] const std::vector<port>& outputs() const { return out; }
    void run(std::span<const tensor> t, const tensor& y) const { multiply(t, t[0], y, false); }

  protected:
    static void multiply(std::span<const tensor> t, const tensor& x, const tensor& y,
                         bool transposed) {
        const auto* from = static_cast<const float*>(x.data);
        const auto* time = static_cast<const float*>(t[1].data);
        for (std::size_t i = 0; i < y.size(); ++i) {
            const std::size_t row = i / 2, e = i % 2;
            float sum = 0;
            for (std::size_t k = 0; k < 2; ++k)
                sum += (transposed ? matrix[k][e] : matrix[e][k]) * from[2 * row + k];
            static_cast<float*>(y.data)[i] = time[row] * sum;
        }
    }
};

struct differentiating : linear {
    void vjp(std::span<const tensor> t, std::size_t state, const tensor& vector,
             const tensor& product) const {
        CHECK(state == 0);
        CHECK(vector.of == &out[0]);
        CHECK(product.of == &in[0]);
        multiply(t, vector, product, true);
    }
};

const bridge::ports names{.state = "x", .time = "t", .output = "y"};

noise_level at(double t) {
    noise_level l;
    l.network_time = t;
    return l;
}

}  // namespace

static_assert(density::has_vjp<bridge::network<differentiating>, float>);
static_assert(posterior::differentiable_network<bridge::network<bridge::any_runtime>, float>);
static_assert(!density::has_vjp<bridge::network<linear>, float>);

TEST_CASE("a runtime behind one type") {
    const bridge::any_runtime any = linear{};
    const bridge::any_runtime copy = any;
    CHECK(&copy.inputs() == &any.inputs());
    CHECK(copy.inputs()[1].name == "t");
    CHECK(copy.outputs()[0].name == "y");

    const std::vector<float> x{1, 2, 3, 4};
    std::vector<float> y(4), alone(4);
    const std::vector<noise_level> levels{at(1), at(0.5)};
    const bridge::network net{any, names};
    const bridge::network plain{linear{}, names};
    net(batch_view<const float>(x.data(), 2, 2), batch(y, 2), std::span<const noise_level>(levels));
    plain(batch_view<const float>(x.data(), 2, 2), batch(alone, 2),
          std::span<const noise_level>(levels));
    CHECK(y == std::vector<float>{5, 7, 5.5f, 5.5f});
    CHECK(y == alone);
    check_refused<bad_argument>(
        [&] {
            net.vjp(batch_view<const float>(x.data(), 2, 2),
                    batch_view<const float>(x.data(), 2, 2), batch(y, 2), at(1));
        },
        {"does not differentiate"});
}

TEST_CASE("the product with the Jacobian, row by row") {
    const std::vector<float> x(4), v{1, 0, 2, 1};
    std::vector<float> product(4);
    const batch_view<const float> in(x.data(), 2, 2), vector(v.data(), 2, 2);
    const std::vector<noise_level> levels{at(1), at(0.5)};
    const bridge::network any{bridge::any_runtime(differentiating{}), names};
    any.vjp(in, vector, batch(product, 2), std::span<const noise_level>(levels));
    CHECK(product == std::vector<float>{1, 2, -0.5f, 4.5f});
    const bridge::network net{differentiating{}, names};
    net.vjp(in, vector, batch(product, 2), at(2));
    CHECK(product == std::vector<float>{2, 4, -2, 18});
    check_refused<bad_shape>(
        [&] { net.vjp(in, batch_view<const float>(v.data(), 1, 2), batch(product, 2), at(1)); },
        {"1 rows of a vector", "2 rows"});
    check_refused<bad_shape>(
        [&] { net.vjp(in, vector, batch_view<float>(product.data(), 2, 1), at(1)); },
        {"'x'", "[?, 2]"});
}
