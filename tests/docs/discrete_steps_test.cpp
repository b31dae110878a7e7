// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The table of distances in docs/concepts/discrete.md: each cell is counted again.
#include <diffgen/discrete/corruption.hpp>
#include <diffgen/discrete/steps.hpp>
#include <diffgen/discrete/total_noise.hpp>

#include "../discrete/oracle.hpp"
#include "page_table.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <string>

namespace discrete = diffgen::discrete;

namespace {

template <class Corruption, class Schedule, class Rule>
double distance(const Corruption& c, const Schedule& s, const Rule& rule, int steps) {
    return discrete::total_variation(
        oracle::law_of_run<discrete::clean>(c, s, rule, 4, steps, 0.95),
        oracle::law_of_data(oracle::chain(), 4, c.states));
}

/// To half a unit of the cell's last digit, and a little.
void check_cell(const std::string& cell, double value) {
    const std::size_t digits = cell.size() - cell.find('.') - 1;
    INFO(cell, " is ", value);
    CHECK(std::abs(std::stod(cell) - value) < 0.51 * std::pow(10., -static_cast<double>(digits)));
}

}  // namespace

TEST_CASE("distances from the data by the number of steps") {
    const discrete::absorbing masks{4, 3};
    const discrete::log_linear line{};
    const discrete::uniform even{3};
    const discrete::linear rising{0, 4};
    const auto rows = testing::page_table("concepts/discrete.md", "distances");
    CHECK(rows.size() == 4);
    for (const auto& row : rows) {
        const int steps = std::stoi(row.at(0));
        check_cell(row.at(1), distance(masks, line, discrete::ancestral{}, steps));
        check_cell(row.at(2), distance(even, rising, discrete::ancestral{}, steps));
        check_cell(row.at(3), distance(even, rising, discrete::euler{}, steps));
        check_cell(row.at(4), distance(even, rising, discrete::tau_leaping{}, steps));
        check_cell(row.at(5), distance(even, rising, discrete::flow_jumps{}, steps));
    }
}
