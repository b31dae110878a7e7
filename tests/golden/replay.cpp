// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// replay [--why] DIR...: runs every trajectory of another implementation in these folders (*.json)
// through diffgen and compares all states, estimates and network inputs; or every value that one
// computed (topics.hpp). Prints a line a file, sorted by name: NAME LARGEST_RELATIVE_ERROR ok|off,
// or NAME - unsupported. --why adds the reason of the last to the standard error. Exits 1 if any is
// off, 2 if it cannot read a file. The error is |a - b| / max(|b|, 1e-3), the bound 1e-9; measures
// may have another.

#include "golden.hpp"
#include "topics.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

golden::comparison replay(const golden::json& file, std::string_view name) {
    const auto topic = golden::topics().find(name.substr(0, name.find('-')));
    if (topic != golden::topics().end()) return topic->second(file);
    if (file.contains("measure")) return golden::replay_measure(file);
    if (file.contains("scheduler")) return {golden::replay_diffusers(file)};
    const auto source = file.get<std::string>("source");
    if (source.starts_with("k-diffusion")) return {golden::replay_k_diffusion(file)};
    if (source.starts_with("score_sde")) return {golden::replay_score_sde(file)};
    if (source.starts_with("NVlabs/edm")) return {golden::replay_edm(file)};
    throw diffgen::compat::unsupported("the topic " + std::string(name) + " of " + source);
}

/// Whether the peer itself came to NaN or infinity, which diffgen reports as an error instead.
bool broke_down(const golden::json& file) {
    if (!file.contains("samples")) return false;
    for (const auto& sample : file.get<golden::table>("samples"))
        for (const double v : sample)
            if (!std::isfinite(v)) return true;
    return false;
}

/// Prints the line of a file; whether it is not off.
bool report(const std::filesystem::path& path, bool why) {
    const std::string name = path.stem().string();
    const golden::json file = diffgen::io::read_json(path);
    std::string reason;
    bool off = false;
    try {
        const auto [error, tolerance] = replay(file, name);
        off = !(error <= tolerance);
        if (off && broke_down(file)) throw diffgen::compat::unsupported("the peer came to NaN");
        std::cout << name << ' ' << error << (off ? " off\n" : " ok\n");
        return !off;
    } catch (const diffgen::non_finite& e) {
        reason = e.what();
        off = !broke_down(file);
    } catch (const diffgen::bad_argument& e) {
        reason = e.what();
        off = false;
    } catch (const diffgen::bad_shape& e) {
        reason = e.what();
        off = false;
    }
    std::cout << name << (off ? " inf off\n" : " - unsupported\n");
    if (why) std::cerr << name << ": " << reason << '\n';
    return !off;
}

}  // namespace

int main(int argc, char** argv) try {
    std::vector<std::filesystem::path> files;
    bool why = false;
    for (int i = 1; i < argc; ++i) {
        if (std::string_view(argv[i]) == "--why") {
            why = true;
            continue;
        }
        for (const auto& entry : std::filesystem::directory_iterator(argv[i]))
            if (entry.path().extension() == ".json") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end(),
              [](const auto& a, const auto& b) { return a.stem() < b.stem(); });
    bool good = !files.empty();
    for (const auto& file : files)
        good = report(file, why) && good;
    if (files.empty()) std::cerr << "usage: replay [--why] DIR...\n";
    return good ? 0 : 1;
} catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 2;
}
