// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// A run between two evaluations as a file, so that another process can go on with the same bits:
//
//     save_run(run, "half.safetensors");                        // one process
//     auto run = s.start(exec::cpp, x, options);                // another, of the same sampler
//     load_run(run, "half.safetensors");
//
// The file is of the safetensors format: the solver's registers, the cohorts, and the levels that
// they go through, so that a file of another sampler is noticed.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/error.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/exec/snapshot.hpp>
#include <diffgen/io/checksum.hpp>
#include <diffgen/io/fail.hpp>
#include <diffgen/io/file.hpp>
#include <diffgen/io/ndarray.hpp>
#include <diffgen/io/safetensors.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI {

namespace detail {

inline constexpr const char* run_file_format = "diffgen run 2";
inline constexpr std::size_t level_numbers = 6;
inline constexpr std::size_t cohort_numbers = 10;

inline std::array<double, level_numbers> numbers_of(const noise_level& l) {
    return {l.t, l.log_snr, l.alpha, l.sigma, l.network_time, l.target_time};
}

template <class Memory>
std::array<std::int64_t, cohort_numbers> numbers_of(const exec::cohort<Memory>& c) {
    return {c.grid,           c.index,       c.end,
            c.begin,          c.stage_index, c.steps,
            c.refused,        c.draws,       c.draws_before_step,
            c.arrived ? 1 : 0};
}

template <class Memory>
void put_numbers(exec::cohort<Memory>& c, const std::int64_t* n) {
    c.grid = static_cast<std::uint32_t>(n[0]);
    c.index = static_cast<std::int32_t>(n[1]);
    c.end = static_cast<std::int32_t>(n[2]);
    c.begin = static_cast<std::int32_t>(n[3]);
    c.stage_index = static_cast<std::int32_t>(n[4]);
    c.steps = static_cast<std::int32_t>(n[5]);
    c.refused = static_cast<std::int32_t>(n[6]);
    c.draws = static_cast<std::uint32_t>(n[7]);
    c.draws_before_step = static_cast<std::uint32_t>(n[8]);
    c.arrived = n[9] != 0;
}

/// The tensor of a saved run. Throws bad_file unless its elements are of type V, which is not
/// converted, in `columns` columns.
template <class V>
std::vector<V> saved_rows(const io::safetensors& file, const std::string& name,
                          std::size_t columns) {
    if (!file.contains(name))
        throw bad_file(text("diffgen: ", file.source, ": a saved run without '", name, "'"));
    const io::tensor& held = file.at(name);
    if (held.type != io::dtype_of<V>())
        throw bad_file(text("diffgen: ", file.source, ": a saved run whose '", name, "' holds ",
                            io::type_name(held), ", not ", io::facts(io::dtype_of<V>()).name));
    if (held.shape.size() != 2 || held.shape[1] != columns)
        throw bad_file(text("diffgen: ", file.source, ": a saved run whose '", name,
                            "' has the shape ", io::shape_text(held.shape), ", not ", columns,
                            " columns"));
    return file.get<V>(name).data;
}

/// The CRC-32 of the bytes of all tensors, by their names.
inline std::string run_check_sum(const io::safetensors& file) {
    io::bytes all;
    for (const auto& [name, held] : file.tensors)
        all.insert(all.end(), held.data.begin(), held.data.end());
    return std::to_string(io::crc32(all));
}

}  // namespace detail

/// Writes a snapshot, of a run or of a request of a pool, to a file. Throws bad_file where the file
/// cannot be written.
template <class T, class Memory>
void save_snapshot(const exec::run_snapshot<T, Memory>& s, const std::filesystem::path& path) {
    using memory = Memory;
    static_assert(std::is_trivially_copyable_v<memory>,
                  "diffgen: what a solver remembers of a sample must be trivially copyable, or its "
                  "runs cannot be saved");
    io::safetensors file;
    file.metadata["format"] = detail::run_file_format;
    const std::vector<std::uint64_t> words{
        s.seed,    s.first_sample, static_cast<std::uint64_t>(s.evaluations),
        s.samples, s.elements,     sizeof(memory)};
    file.set<std::uint64_t>("run", {1, words.size()}, words);
    const std::size_t size = s.samples * s.elements;
    file.set("registers", {size == 0 ? 0 : s.registers.size() / size, size},
             std::span(s.registers));
    file.set("cohort_of", {s.cohort_of.size(), 1}, std::span(s.cohort_of));
    std::vector<std::int64_t> cohorts;
    std::vector<std::uint8_t> memories;
    for (const auto& c : s.cohorts) {
        const auto n = detail::numbers_of(c);
        cohorts.insert(cohorts.end(), n.begin(), n.end());
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(&c.memory);
        memories.insert(memories.end(), bytes, bytes + sizeof(memory));
    }
    file.set<std::int64_t>("cohorts", {s.cohorts.size(), detail::cohort_numbers}, cohorts);
    file.set<std::uint8_t>("memories", {s.cohorts.size(), sizeof(memory)}, memories);
    for (std::size_t g = 0; g < s.grids.size(); ++g) {
        std::vector<double> levels;
        for (const noise_level& l : s.grids[g]) {
            const auto n = detail::numbers_of(l);
            levels.insert(levels.end(), n.begin(), n.end());
        }
        file.set<double>(detail::text("grid.", g), {s.grids[g].size(), detail::level_numbers},
                         levels);
    }
    for (std::size_t g = 0; g < s.timings.size(); ++g) {
        std::vector<std::int32_t> numbers{s.timings[g].begin};
        numbers.insert(numbers.end(), s.timings[g].rounds.begin(), s.timings[g].rounds.end());
        file.set<std::int32_t>(detail::text("timing.", g), {numbers.size(), 1}, numbers);
    }
    if (s.blocks > 1)
        file.set<std::uint64_t>("blocks", {1, 1}, std::vector{std::uint64_t{s.blocks}});
    file.metadata["crc32"] = detail::run_check_sum(file);
    io::write_safetensors(path, file);
}

/// The snapshot in a file; Snapshot: the snapshot_type of a run or a pool, which is then asked
/// whether it fits. Throws bad_file where the file is not a saved run with numbers of this type.
template <class Snapshot>
[[nodiscard]] Snapshot load_snapshot(const std::filesystem::path& path) {
    using value_type = typename decltype(Snapshot::registers)::value_type;
    const io::safetensors file = io::read_safetensors(path);
    const auto format = file.metadata.find("format");
    if (format == file.metadata.end() || format->second != detail::run_file_format)
        throw bad_file(detail::text("diffgen: ", path.string(),
                                    ": this is not a saved run: its format is ",
                                    format == file.metadata.end() ? "not said" : format->second,
                                    ", not ", detail::run_file_format));
    const auto told = file.metadata.find("crc32");
    const std::string sum = detail::run_check_sum(file);
    if (told == file.metadata.end() || told->second != sum)
        throw bad_file(detail::text("diffgen: ", path.string(),
                                    ": a damaged run: its check sum is ", sum, ", not ",
                                    told == file.metadata.end() ? "said" : told->second));
    const auto words = detail::saved_rows<std::uint64_t>(file, "run", 6);
    Snapshot s;
    if (words.size() != 6)
        throw bad_file(detail::text("diffgen: ", path.string(), ": a saved run with ", words.size(),
                                    " numbers of the run, not 6"));
    s.seed = words[0];
    s.first_sample = words[1];
    s.evaluations = static_cast<std::int32_t>(words[2]);
    s.samples = words[3];
    s.elements = words[4];
    using memory = std::remove_cvref_t<decltype(s.cohorts.front().memory)>;
    if (words[5] != sizeof(memory))
        throw bad_file(detail::text("diffgen: ", path.string(),
                                    ": a saved run of a solver that remembers ", words[5],
                                    " bytes of a sample, for one that remembers ", sizeof(memory)));
    s.registers = detail::saved_rows<value_type>(file, "registers", s.samples * s.elements);
    s.cohort_of = detail::saved_rows<std::uint32_t>(file, "cohort_of", 1);
    const auto cohorts = detail::saved_rows<std::int64_t>(file, "cohorts", detail::cohort_numbers);
    const auto memories = detail::saved_rows<std::uint8_t>(file, "memories", sizeof(memory));
    s.cohorts.resize(cohorts.size() / detail::cohort_numbers);
    if (memories.size() != s.cohorts.size() * sizeof(memory))
        throw bad_file(detail::text("diffgen: ", path.string(), ": a saved run of ",
                                    s.cohorts.size(), " cohorts and ",
                                    memories.size() / sizeof(memory), " memories of cohorts"));
    for (std::size_t c = 0; c < s.cohorts.size(); ++c) {
        detail::put_numbers(s.cohorts[c], cohorts.data() + c * detail::cohort_numbers);
        std::memcpy(&s.cohorts[c].memory, memories.data() + c * sizeof(memory), sizeof(memory));
    }
    for (std::size_t g = 0; file.contains(detail::text("grid.", g)); ++g) {
        const auto levels =
            detail::saved_rows<double>(file, detail::text("grid.", g), detail::level_numbers);
        auto& grid = s.grids.emplace_back();
        for (std::size_t i = 0; i < levels.size(); i += detail::level_numbers)
            grid.push_back({levels[i], levels[i + 1], levels[i + 2], levels[i + 3], levels[i + 4],
                            levels[i + 5]});
    }
    for (std::size_t g = 0; file.contains(detail::text("timing.", g)); ++g) {
        const auto numbers = detail::saved_rows<std::int32_t>(file, detail::text("timing.", g), 1);
        if (numbers.empty())
            throw bad_file(
                detail::text("diffgen: ", path.string(), ": a saved run with an empty timing"));
        s.timings.push_back({numbers.front(), {numbers.begin() + 1, numbers.end()}});
    }
    if (file.contains("blocks")) {
        const auto blocks = detail::saved_rows<std::uint64_t>(file, "blocks", 1);
        if (blocks.size() != 1)
            throw bad_file(detail::text("diffgen: ", path.string(),
                                        ": a saved run without its number of blocks"));
        s.blocks = blocks.front();
    }
    return s;
}

/// Writes the run, which may be in the middle, to a file. Waits for the device. Throws bad_file
/// where the file cannot be written.
template <class Run>
void save_run(const Run& run, const std::filesystem::path& path) {
    save_snapshot(run.snapshot(), path);
}
/// Makes `run`, which was started with the sampler, the options and a batch such as those of the
/// saved one, go on from the file; the state is overwritten. Throws bad_file where the file is not
/// a saved run, bad_shape and bad_argument where it is one of another batch, seed or grid, and says
/// what differs. The run is then as it was.
template <class Run>
void load_run(Run& run, const std::filesystem::path& path) {
    const auto s = load_snapshot<typename Run::snapshot_type>(path);
    io::detail::naming(path.string(), [&] { run.resume(s); });
}

}  // namespace diffgen::inline DIFFGEN_ABI

#include <diffgen/core/with_macros.hpp>
