// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The command line of the examples that read a scheduler_config.json: [--quick] [FILE].

#include <filesystem>
#include <string_view>

struct config_arguments {
    std::filesystem::path file =
        std::filesystem::path(__FILE__).parent_path().parent_path() / "data/scheduler_config.json";
    bool is_quick = false;

    config_arguments(int count, char** arguments) {
        for (int i = 1; i < count; ++i)
            if (std::string_view(arguments[i]) == "--quick")
                is_quick = true;
            else
                file = arguments[i];
    }
};
