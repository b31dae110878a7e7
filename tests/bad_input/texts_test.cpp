// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// Every text of an error begins with "diffgen: ", once: those of what the headers throw, and of
// what they assert at compile time. The headers are read as text, so that errors count which no
// test provokes.
#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::string_view prefix = "\"diffgen: ";

/// The end of the literal that begins with the quote at `i`.
std::size_t end_of_literal(const std::string& code, std::size_t i) {
    const char quote = code[i];
    for (++i; i < code.size() && code[i] != quote; ++i)
        if (code[i] == '\\') ++i;
    return i + 1;
}

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

/// Whether the quote at i opens a literal; in 1'000 it parts digits.
bool opens_literal(const std::string& code, std::size_t i) {
    return code[i] == '"' || (code[i] == '\'' && (i == 0 || !is_word(code[i - 1])));
}

/// The header without its comments, and with one blank where there are several.
std::string code_of(const std::filesystem::path& file) {
    std::ifstream in(file);
    const std::string all{std::istreambuf_iterator<char>(in), {}};
    std::string code;
    for (std::size_t i = 0; i < all.size();) {
        if (opens_literal(all, i)) {
            const std::size_t end = end_of_literal(all, i);
            code.append(all, i, end - i);
            i = end;
        } else if (all.compare(i, 2, "//") == 0) {
            i = std::min(all.find('\n', i), all.size());
        } else if (std::isspace(static_cast<unsigned char>(all[i]))) {
            if (!code.empty() && code.back() != ' ') code += ' ';
            ++i;
        } else {
            code += all[i++];
        }
    }
    return code;
}

/// The arguments of the brackets that open at `i`; a comma in inner brackets parts none.
std::vector<std::string> arguments(const std::string& code, std::size_t i) {
    std::vector<std::string> all{""};
    int depth = 0;
    while (i < code.size()) {
        if (opens_literal(code, i)) {
            const std::size_t end = end_of_literal(code, i);
            all.back().append(code, i, end - i);
            i = end;
            continue;
        }
        const char c = code[i++];
        if (c == '(' || c == '{' || c == '[') ++depth;
        if ((c == ')' || c == '}' || c == ']') && --depth == 0) break;
        if (c == ',' && depth == 1)
            all.emplace_back();
        else if ((depth > 1 || c != '(') && (c != ' ' || !all.back().empty()))
            all.back() += c;
    }
    return all;
}

/// The text that an argument begins with: a literal, or the first part of text(...).
std::string_view first_literal(std::string_view argument) {
    const auto at = argument.find("text(");
    if (at < argument.find('"')) argument.remove_prefix(at + 5);
    if (argument.starts_with(' ')) argument.remove_prefix(1);
    return argument.starts_with('"') ? argument : std::string_view{};
}

bool begins_well(const std::string& argument) {
    const std::string_view text = first_literal(argument);
    return text.starts_with(prefix) && !text.substr(prefix.size()).starts_with("diffgen:");
}

/// Where the word stands by itself.
std::vector<std::size_t> places(const std::string& code, std::string_view word) {
    std::vector<std::size_t> all;
    for (auto at = code.find(word); at != std::string::npos; at = code.find(word, at + 1))
        if (!is_word(code[at + word.size()]) && (at == 0 || !is_word(code[at - 1])))
            all.push_back(at);
    return all;
}

/// Of a throw: what is thrown, and the text that it is given.
struct thrown {
    std::string type, text;
};
thrown at_throw(const std::string& code, std::size_t at) {
    at += std::string_view("throw").size();
    const auto end = code.find_first_of("(;", at);
    thrown out{code.substr(at, end - at), ""};
    std::erase(out.type, ' ');
    if (code[end] == '(') out.text = arguments(code, end).front();
    return out;
}

template <class F>
void for_each_header(F f) {
    const std::filesystem::path root(std::string(DIFFGEN_TESTS_DIR) + "/../include/diffgen");
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root))
        if (entry.path().extension() == ".hpp")
            f(std::filesystem::relative(entry.path(), root).generic_string(),
              code_of(entry.path()));
}

int prefixes(const std::string& code) {
    int count = 0;
    for (auto at = code.find(prefix); at != std::string::npos; at = code.find(prefix, at + 1))
        ++count;
    return count;
}

}  // namespace

TEST_CASE("what the headers throw and assert begins with diffgen:") {
    int throws = 0, asserts = 0;
    for_each_header([&](const std::string& header, const std::string& code) {
        for (const std::size_t at : places(code, "throw")) {
            const thrown t = at_throw(code, at);
            if (t.type.empty() || t.type == "non_finite_at") continue;  // again; has its own text
            CAPTURE(header);
            CAPTURE(t.text);
            CHECK(begins_well(t.text));
            ++throws;
        }
        for (const std::size_t at : places(code, "static_assert")) {
            CAPTURE(header);
            CAPTURE(code.substr(at, 200));
            const std::string text = arguments(code, code.find('(', at)).back();
            if (!text.starts_with('"')) continue;  // of the library alone: nobody can break it
            CHECK(begins_well(text));
            ++asserts;
        }
    });
    CHECK(throws > 150);
    CHECK(asserts > 50);
}

TEST_CASE("no text has it twice: functions that put it before a text are not given it") {
    // Beside throws and assertions: #error, the text of non_finite_at, what inner_text takes away.
    const std::map<std::string, int> makers{
        {"core/config.hpp", 3}, {"exec/failure.hpp", 1}, {"io/fail.hpp", 1}};
    std::map<std::string, int> found;
    for_each_header([&](const std::string& header, const std::string& code) {
        int others = prefixes(code);
        for (const std::size_t at : places(code, "throw"))
            others -= begins_well(at_throw(code, at).text);
        for (const std::size_t at : places(code, "static_assert"))
            others -= begins_well(arguments(code, code.find('(', at)).back());
        if (others != 0) found[header] = others;
    });
    for (const auto& other : found) {
        CAPTURE(other.first);
        CAPTURE(other.second);
        REQUIRE(makers.contains(other.first));
        CHECK(makers.at(other.first) == other.second);
    }
    CHECK(found == makers);
}
