// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// safetensors: named tensors in one file (format of huggingface.co/docs/safetensors): eight bytes
// of header length, a JSON header, then the data of all tensors without holes.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/io/cursor.hpp>
#include <diffgen/io/element.hpp>
#include <diffgen/io/fail.hpp>
#include <diffgen/io/file.hpp>
#include <diffgen/io/half.hpp>
#include <diffgen/io/json.hpp>
#include <diffgen/io/ndarray.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::io {

/// One tensor: its elements, row-major and little-endian, as the file holds them.
struct tensor {
    dtype type = dtype::f32;
    std::vector<std::size_t> shape;
    bytes data;
    std::string other_type = {};  ///< the name of a type that is dtype::other
};

/// "F32"
inline std::string_view type_name(const tensor& t) {
    return t.type == dtype::other ? std::string_view(t.other_type) : facts(t.type).name;
}

/// The tensors and the free text of one file.
struct safetensors {
    std::map<std::string, tensor> tensors;
    std::map<std::string, std::string> metadata;
    std::string source = {};  ///< the name of the file that was read, for errors

    bool contains(const std::string& name) const { return tensors.count(name) != 0; }

    /// Throws bad_argument when there is none of this name.
    const tensor& at(const std::string& name) const {
        const auto found = tensors.find(name);
        if (found != tensors.end()) return found->second;
        throw bad_argument(detail::text("diffgen: ", where(), "there is no tensor '", name,
                                        "' among ", tensors.size()));
    }

    /// A copy whose elements are the T that equals each number. Throws bad_argument when the tensor
    /// is missing, has a type that is not read as numbers, or a number that no T equals; bad_shape
    /// when it was filled with other numbers than its shape holds.
    template <class T>
    ndarray<T> get(const std::string& name) const {
        const tensor& held = at(name);
        if (held.type == dtype::other) {
            throw bad_argument(detail::text(
                "diffgen: ", where(), "the tensor '", name, "' holds ", held.other_type,
                ", which is not read as numbers; its bytes are at('", name, "').data"));
        }
        if (!byte_count(held.shape, sizeof(T)))
            throw bad_argument(detail::text("diffgen: ", where(), "the size of the tensor '", name,
                                            "' of shape ", shape_text(held.shape), " overflows"));
        const auto refuse = [&](std::size_t place, const std::string& number) {
            throw bad_argument(detail::text("diffgen: ", where(), "number ", place,
                                            " of the tensor '", name, "' (", facts(held.type).name,
                                            ") is ", number, ", which no ",
                                            facts(dtype_of<T>()).name, " equals"));
        };
        ndarray<T> array{held.shape,
                         detail::numbers_of<T>(held.type, held.data, std::endian::little, refuse)};
        check_shape(array.shape, array.data.size());
        return array;
    }

    /// Adds or replaces a tensor. Throws bad_shape when the shape does not hold that many values.
    template <class T>
    void set(const std::string& name, std::vector<std::size_t> shape, std::span<const T> values) {
        check_shape(shape, values.size());
        bytes data;
        data.reserve(values.size_bytes());
        for (const T value : values)
            detail::append<std::endian::little>(data, value);
        tensors.insert_or_assign(name, tensor{dtype_of<T>(), std::move(shape), std::move(data)});
    }

    template <class T>
    void set(const std::string& name, const ndarray<T>& array) {
        set<T>(name, array.shape, array.data);
    }

    /// Adds or replaces a tensor of F16, each value rounded to the nearest. Throws bad_shape.
    void set_half(const std::string& name, std::vector<std::size_t> shape,
                  std::span<const float> values) {
        std::vector<std::uint16_t> halves;
        halves.reserve(values.size());
        for (const float value : values)
            halves.push_back(to_half(value));
        set<std::uint16_t>(name, std::move(shape), halves);
        tensors.at(name).type = dtype::f16;
    }

  private:
    std::string where() const { return source.empty() ? "" : source + ": "; }
};

namespace detail {

inline constexpr std::uint64_t longest_safetensors_header = 100'000'000;

struct tensor_entry {
    std::string name, type_name;
    dtype type;
    std::vector<std::size_t> shape;
    std::uint64_t begin;
    std::uint64_t end;
};

inline dtype parse_dtype(std::string_view name) {
    for (int i = 0; i < static_cast<int>(dtype::other); ++i) {
        if (facts(static_cast<dtype>(i)).name == name) return static_cast<dtype>(i);
    }
    return dtype::other;
}

inline tensor_entry parse_tensor_entry(const std::string& name, const json& facts_of_tensor) {
    const auto type_name = facts_of_tensor.get<std::string>("dtype");
    tensor_entry entry{name,
                       type_name,
                       parse_dtype(type_name),
                       facts_of_tensor.get<std::vector<std::size_t>>("shape"),
                       0,
                       0};
    const auto offsets = facts_of_tensor.get<std::vector<std::uint64_t>>("data_offsets");
    if (offsets.size() != 2 || offsets[0] > offsets[1]) {
        throw bad_argument("diffgen: its data_offsets " + shape_text(offsets) +
                           " are not a begin and an end");
    }
    entry.begin = offsets[0];
    entry.end = offsets[1];
    const auto size = byte_count(entry.shape, facts(entry.type).bytes);
    if (!size)
        throw bad_argument("diffgen: the size of its shape " + shape_text(entry.shape) +
                           " overflows");
    if (entry.type != dtype::other && *size != entry.end - entry.begin) {
        throw bad_argument(text("diffgen: its shape ", shape_text(entry.shape), " of ",
                                facts(entry.type).name, " takes ", *size, " bytes, its offsets ",
                                shape_text(offsets), " hold ", entry.end - entry.begin));
    }
    return entry;
}

/// Tensors must follow each other without holes or overlap, and fill the data exactly.
inline void check_layout(std::vector<tensor_entry>& entries, const cursor& in) {
    std::sort(entries.begin(), entries.end(), [](const tensor_entry& a, const tensor_entry& b) {
        return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    std::uint64_t next = 0;
    for (const tensor_entry& entry : entries) {
        if (entry.begin != next) {
            in.fail("the tensor '", entry.name, "' begins at offset ", entry.begin, ", where ",
                    next, " is next");
        }
        next = entry.end;
    }
    if (next != in.remaining()) {
        in.fail("the tensors take ", next, " bytes of data, the file holds ", in.remaining());
    }
}

}  // namespace detail

/// Reads a file held in memory. Everything is checked before tensors are copied. Throws bad_file.
inline safetensors decode_safetensors(std::span<const std::uint8_t> data, const std::string& name) {
    cursor in(data, name);
    const auto length = in.little<std::uint64_t>("the header length");
    if (length > detail::longest_safetensors_header) {
        in.fail("the header length ", length, " is over ", detail::longest_safetensors_header);
    }
    const auto header = as_text(in.take(length, "the header"));
    if (!header.starts_with('{')) detail::fail(name, 8, "the header does not begin with '{'");
    const json root = parse_json(header, name, 8);

    safetensors result{{}, {}, name};
    std::vector<detail::tensor_entry> entries;
    for (const auto& [key, value] : root.members()) {
        try {
            if (key == "__metadata__") {
                if (value.is_null()) continue;
                for (const auto& [word, meaning] : value.members()) {
                    result.metadata.emplace(word, meaning.as<std::string>());
                }
            } else {
                entries.push_back(detail::parse_tensor_entry(key, value));
            }
        } catch (const bad_argument& problem) {
            detail::fail(name, 8, "the header entry '", key, "': ", detail::inner_text(problem));
        }
    }
    detail::check_layout(entries, in);
    for (detail::tensor_entry& entry : entries) {
        const auto part = in.take(entry.end - entry.begin, "a tensor");
        tensor& held = result.tensors[entry.name];
        held = {entry.type, std::move(entry.shape), {part.begin(), part.end()}};
        if (entry.type == dtype::other) held.other_type = entry.type_name;
    }
    return result;
}

/// The bytes of a file. The widest types come first, so that every tensor is aligned to its
/// element. Throws bad_shape when a tensor's bytes do not fit its shape.
inline bytes encode_safetensors(const safetensors& file) {
    std::vector<const std::pair<const std::string, tensor>*> order;
    for (const auto& each : file.tensors) {
        if (each.first == "__metadata__") {
            throw bad_argument("diffgen: no tensor can have the name '__metadata__'");
        }
        const std::size_t width = facts(each.second.type).bytes;
        const auto wanted = byte_count(each.second.shape, width);
        const bool fits = wanted && *wanted == each.second.data.size();
        if (!fits && each.second.type != dtype::other) {
            throw bad_shape(detail::text("diffgen: the tensor '", each.first, "' of shape ",
                                         shape_text(each.second.shape), " cannot hold ",
                                         each.second.data.size(), " bytes"));
        }
        order.push_back(&each);
    }
    std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
        return facts(a->second.type).bytes > facts(b->second.type).bytes;
    });

    json::object members;
    if (!file.metadata.empty()) {
        members.emplace_back("__metadata__",
                             json::object(file.metadata.begin(), file.metadata.end()));
    }
    std::uint64_t next = 0;
    for (const auto* each : order) {
        const tensor& held = each->second;
        const std::vector<std::uint64_t> offsets{next, next + held.data.size()};
        next = offsets[1];
        members.emplace_back(each->first, json::object{{"dtype", std::string(type_name(held))},
                                                       {"shape", held.shape},
                                                       {"data_offsets", offsets}});
    }
    std::string words = dump_json(members);
    words.resize((words.size() + 7) / 8 * 8, ' ');

    bytes out;
    out.reserve(8 + words.size() + next);
    detail::append<std::endian::little>(out, std::uint64_t{words.size()});
    out.insert(out.end(), words.begin(), words.end());
    for (const auto* each : order) {
        out.insert(out.end(), each->second.data.begin(), each->second.data.end());
    }
    return out;
}

inline safetensors read_safetensors(const std::filesystem::path& path) {
    return decode_safetensors(read_file(path), path.string());
}

inline void write_safetensors(const std::filesystem::path& path, const safetensors& file) {
    write_file(path, detail::naming(path.string(), [&] { return encode_safetensors(file); }));
}

}  // namespace diffgen::inline DIFFGEN_ABI::io

#include <diffgen/core/with_macros.hpp>
