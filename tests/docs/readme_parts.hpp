// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A row of README's table of parts: the names in its second cell, and the remarks in brackets after
// them.

#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace testing {

/// What stands between backquotes.
inline std::vector<std::string> code_of(const std::string& text) {
    std::vector<std::string> all;
    for (auto at = text.find('`'); at != std::string::npos; at = text.find('`', at + 1)) {
        const auto end = text.find('`', at + 1);
        if (end == std::string::npos) throw std::runtime_error("an odd backquote in: " + text);
        all.push_back(text.substr(at + 1, end - at - 1));
        at = end;
    }
    return all;
}

/// Throws where README has no row of that name, or one without a name in it.
struct readme_row {
    std::vector<std::string> names;
    std::multimap<std::string, std::string> remarks;  ///< by the name before it

    explicit readme_row(const std::string& first_cell) {
        std::ifstream in(std::string(DIFFGEN_TESTS_DIR) + "/../README.md");
        for (std::string line; std::getline(in, line);) {
            std::string plain = line;
            std::erase(plain, '`');
            const std::string head = "| " + first_cell + " | ";
            if (!plain.starts_with(head)) continue;
            read(line.substr(line.find(" | ") + 3));
            if (!names.empty()) return;
        }
        throw std::runtime_error("README.md has no row '" + first_cell + "' with names");
    }

  private:
    void read(const std::string& cell) {
        std::string outside, remark;
        bool code = false;
        int depth = 0;  // of brackets in the text, not in code
        for (const char c : cell) {
            if (c == '`') code = !code;
            if (!code && c == '(') {
                if (depth++ == 0) {
                    names_of(outside);
                    continue;
                }
            }
            if (!code && c == ')' && --depth == 0) {
                if (names.empty()) throw std::runtime_error("a remark on nothing in: " + cell);
                remarks.emplace(names.back(), remark);
                remark.clear();
                continue;
            }
            (depth > 0 ? remark : outside) += c;
        }
        names_of(outside);
    }
    void names_of(std::string& text) {
        for (const std::string& name : code_of(text))
            names.push_back(name);
        text.clear();
    }
};

}  // namespace testing
