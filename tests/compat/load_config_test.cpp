// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#include <diffgen/compat/diffusers/pipeline/generate.hpp>

#include "../io/io_testing.hpp"

#include <string>

using namespace diffgen;
using namespace diffgen::compat;

TEST_CASE("a configuration in a file is read, or refused with the path and the type of error") {
    const scratch_folder folder;
    const auto path = folder.path / "scheduler_config.json";
    const auto load = [&](const std::string& text) {
        io::write_file(path, io::as_bytes(text));
        return diffusers::load_config(path);
    };
    CHECK(load("\xEF\xBB\xBF{\"_class_name\": \"DDIMScheduler\", \"num_train_timesteps\": 10}")
              .num_train_timesteps == 10);
    check_refused<unsupported>([&] { (void)load("{\"_class_name\": \"HelloScheduler\"}"); },
                               {"diffgen: " + path.string() + ": ", "Hello"});
    check_refused<bad_argument>([&] { (void)load("{\"_class_name\": 3}"); },
                                {"diffgen: " + path.string() + ": ", "'_class_name'"});
    check_refused([&] { (void)load("{"); }, {"diffgen: " + path.string() + ": byte 1"});
}
