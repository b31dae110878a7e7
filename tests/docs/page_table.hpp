// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The cells of a table of a page: that which follows the line <!-- table: NAME -->.

#include <cctype>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace testing {

/// Row by row, without the two lines of the head; blanks around a cell and backquotes are dropped.
/// page: from the folder docs. Throws where there is no such table.
inline std::vector<std::vector<std::string>> page_table(const std::string& page,
                                                        const std::string& name) {
    std::ifstream in(std::string(DIFFGEN_TESTS_DIR) + "/../docs/" + page);
    std::string line;
    bool found = false;
    while (!found && std::getline(in, line))
        found = line == "<!-- table: " + name + " -->";
    std::vector<std::vector<std::string>> rows;
    for (int n = 0; std::getline(in, line) && line.starts_with("|"); ++n) {
        if (n < 2) continue;
        std::istringstream cells(line.substr(1));
        std::vector<std::string> row;
        for (std::string cell; std::getline(cells, cell, '|');) {
            std::erase(cell, '`');
            const auto first = cell.find_first_not_of(' '), last = cell.find_last_not_of(' ');
            row.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
        }
        rows.push_back(row);
    }
    if (rows.empty()) throw std::runtime_error("no table '" + name + "' in docs/" + page);
    return rows;
}

}  // namespace testing
