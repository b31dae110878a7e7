// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// peers JOB.json: diffgen's side of a job of compare.py. It writes the samples of one run into the
// job's "samples_file" and the line "ready" to the standard output; then, for every line that it
// reads, it does the job once and writes the seconds that count. It ends with its input.

#include "job.hpp"

#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>

int main(int argc, char** argv) try {
    if (argc != 2) {
        std::cerr << "usage: peers JOB.json\n";
        return 2;
    }
    const auto description = diffgen::io::read_json(argv[1]);
    const peers::job job = description.contains("config") ? peers::scheduler_job(description)
                                                          : peers::mixture_job(description);
    const std::vector<float> samples = job.samples();
    std::ofstream file(description.get<std::string>("samples_file"), std::ios::binary);
    file.write(reinterpret_cast<const char*>(samples.data()),
               static_cast<std::streamsize>(samples.size() * sizeof(float)));
    file.close();
    if (!file) throw diffgen::bad_file("diffgen: cannot write the samples of a job");
    std::cout << "ready" << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
        std::printf("%.9e\n", job.seconds());
        std::fflush(stdout);
    }
} catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
