// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A JSON value (RFC 8259), and typed access to it.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/io/fail.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::io {

class json;

namespace detail {

template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};

}  // namespace detail

/// Null, a boolean, a number, a string, an array, or an object whose members keep their order.
/// Integers that fit 64 bits, signed or unsigned, stay exact; every other number is a double.
class json {
  public:
    using array = std::vector<json>;
    using member = std::pair<std::string, json>;
    using object = std::vector<member>;
    using storage = std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double,
                                 std::string, array, object>;

    json() = default;
    json(std::nullptr_t) {}
    json(bool value) : value_(value) {}
    template <std::signed_integral T>
    json(T value) : value_(static_cast<std::int64_t>(value)) {}
    template <std::unsigned_integral T>
    json(T value) : value_(static_cast<std::uint64_t>(value)) {}
    template <std::floating_point T>
    json(T value) : value_(static_cast<double>(value)) {}
    json(const char* value) : value_(std::string(value)) {}
    json(std::string value) : value_(std::move(value)) {}
    json(array value) : value_(std::move(value)) {}
    json(object value) : value_(std::move(value)) {}
    template <class T>
    requires(!std::same_as<T, json> && !std::same_as<T, member>) json(const std::vector<T>& values)
        : value_(array(values.begin(), values.end())) {}

    const storage& value() const { return value_; }

    bool is_null() const { return holds<std::nullptr_t>(); }
    bool is_bool() const { return holds<bool>(); }
    bool is_number() const {
        return holds<std::int64_t>() || holds<std::uint64_t>() || holds<double>();
    }
    bool is_string() const { return holds<std::string>(); }
    bool is_array() const { return holds<array>(); }
    bool is_object() const { return holds<object>(); }

    /// "an object", "a number", ...
    const char* kind() const {
        constexpr const char* names[] = {"null",     "a boolean", "an integer", "an integer",
                                         "a number", "a string",  "an array",   "an object"};
        return names[value_.index()];
    }

    /// The value as bool, an integer or floating-point type, std::string, or a std::vector of
    /// these. Throws bad_argument when it is of another kind or out of the integer type's range.
    template <class T>
    T as() const {
        return convert<T>("the JSON value");
    }

    /// The member of this name, as T. Throws bad_argument naming the key.
    template <class T>
    T get(std::string_view key) const {
        return at(key).convert<T>(detail::text("'", key, "'"));
    }

    /// The same, or `otherwise` where there is no such member.
    template <class T>
    T get(std::string_view key, T otherwise) const {
        const json* found = find(key);
        return found ? found->convert<T>(detail::text("'", key, "'")) : std::move(otherwise);
    }

    /// The member of this name. Throws bad_argument naming the key.
    const json& at(std::string_view key) const {
        if (const json* found = find(key)) return *found;
        throw bad_argument(detail::text("diffgen: there is no '", key, "' in the JSON object"));
    }

    /// The element at this index of an array. Throws bad_argument.
    const json& at(std::size_t index) const {
        const array& all = elements();
        if (index < all.size()) return all[index];
        throw bad_argument(detail::text("diffgen: there is no element ", index,
                                        " in a JSON array of ", all.size()));
    }

    bool contains(std::string_view key) const { return find(key) != nullptr; }

    /// Sets a member, in its old place or else at the end. A null value becomes an object first.
    json& set(std::string_view key, json value) {
        if (is_null()) value_ = object{};
        for (member& each : reach<object>("the JSON value", "an object")) {
            if (each.first == key) {
                each.second = std::move(value);
                return *this;
            }
        }
        std::get<object>(value_).emplace_back(std::string(key), std::move(value));
        return *this;
    }

    const array& elements() const { return reach<array>("the JSON value", "an array"); }
    const object& members() const { return reach<object>("the JSON value", "an object"); }

    bool operator==(const json& other) const;

  private:
    template <class T>
    bool holds() const {
        return std::holds_alternative<T>(value_);
    }

    const json* find(std::string_view key) const {
        for (const member& each : members()) {
            if (each.first == key) return &each.second;
        }
        return nullptr;
    }

    [[noreturn]] void refuse(const std::string& where, std::string_view wanted) const {
        throw bad_argument(detail::text("diffgen: ", where, " is ", kind(), ", not ", wanted));
    }

    template <class T>
    const T& reach(const std::string& where, const char* wanted) const {
        if (const T* found = std::get_if<T>(&value_)) return *found;
        refuse(where, wanted);
    }
    template <class T>
    T& reach(const std::string& where, const char* wanted) {
        return const_cast<T&>(std::as_const(*this).reach<T>(where, wanted));
    }

    template <class T>
    T convert(const std::string& where) const {
        if constexpr (std::same_as<T, bool>) {
            return reach<bool>(where, "a boolean");
        } else if constexpr (std::same_as<T, std::string>) {
            return reach<std::string>(where, "a string");
        } else if constexpr (std::integral<T>) {
            const auto narrow = [&](auto number) {
                if (std::in_range<T>(number)) return static_cast<T>(number);
                throw bad_argument(detail::text("diffgen: ", where, " is ", number,
                                                ", which does not fit ", 8 * sizeof(T), " bits"));
            };
            if (const auto* number = std::get_if<std::uint64_t>(&value_)) return narrow(*number);
            return narrow(reach<std::int64_t>(where, "an integer"));
        } else if constexpr (std::floating_point<T>) {
            if (const auto* number = std::get_if<std::int64_t>(&value_)) return T(*number);
            if (const auto* number = std::get_if<std::uint64_t>(&value_)) return T(*number);
            return static_cast<T>(reach<double>(where, "a number"));
        } else {
            static_assert(detail::is_vector<T>::value,
                          "diffgen: a JSON value converts to bool, integers, floating-point types, "
                          "std::string and std::vector of these");
            T values;
            const array& all = reach<array>(where, "an array");
            values.reserve(all.size());
            for (std::size_t i = 0; i < all.size(); ++i) {
                values.push_back(
                    all[i].convert<typename T::value_type>(detail::text(where, "[", i, "]")));
            }
            return values;
        }
    }

    storage value_;
};

inline bool json::operator==(const json& other) const {
    return value_ == other.value_;
}

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>
