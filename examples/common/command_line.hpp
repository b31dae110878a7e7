// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The command lines of the examples: options with values, checked, and a main function that reports
// what went wrong.

#include <diffgen/core/error.hpp>

#include <charconv>
#include <cstddef>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace common {

/// The words of a command line, option after option: while (words.next()) look at words.option().
class option_words {
  public:
    explicit option_words(std::vector<std::string> words) : words_(std::move(words)) {}

    bool next() {
        if (next_ == words_.size()) return false;
        option_ = words_[next_++];
        return true;
    }
    [[nodiscard]] const std::string& option() const { return option_; }

    /// The word after the option. Throws bad_argument where there is none.
    const std::string& value() {
        if (next_ == words_.size()) throw diffgen::bad_argument(option_ + " needs a value");
        return words_[next_++];
    }
    /// That word as a number from least to most, or bad_argument.
    template <class T>
    T number(T least, T most) {
        const std::string& text = value();
        T n{};
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), n);
        if (failed != std::errc() || end != text.data() + text.size() || !(n >= least && n <= most))
            throw diffgen::bad_argument(diffgen::detail::text(
                option_, " is '", text, "', not a number from ", least, " to ", most));
        return n;
    }
    [[noreturn]] void unknown() const {
        throw diffgen::bad_argument("unknown option '" + option_ + "'; see --help");
    }

  private:
    std::vector<std::string> words_;
    std::size_t next_ = 0;
    std::string option_;
};

/// A program's main: parse(words) gives what run takes; its member `help` asks for the usage. 1
/// where it throws, with the text on the standard error.
template <class Parse, class Run>
int program(std::string_view name, std::string_view usage, int argc, char** argv,
            const Parse& parse, const Run& run) {
    try {
        const auto c = parse(option_words({argv + 1, argv + argc}));
        if (c.help)
            std::cout << usage;
        else
            run(c);
        return 0;
    } catch (const std::exception& e) {
        std::cerr << name << ": " << e.what() << '\n';
        return 1;
    }
}

}  // namespace common
