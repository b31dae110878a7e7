// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
// The table of names of docs/compat.md: it has every name of the peers, what it says of a class of
// diffusers is so, and the types that it names are in the headers.
#include <diffgen/compat/diffusers/names.hpp>

#include "page_table.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

using namespace diffgen;

namespace {

/// diffusers 0.42: schedulers/__init__.py. ComfyUI: KSampler.SAMPLERS and SCHEDULER_NAMES of
/// comfy/samplers.py, and two schedulers of RES4LYF. stable-diffusion.cpp: sample_method_t and
/// scheduler_t.
const std::map<std::string, std::string> peers{
    {"diffusers",
     "AmusedScheduler BlockRefinementScheduler CMStochasticIterativeScheduler "
     "CogVideoXDDIMScheduler CogVideoXDPMScheduler ConsistencyDecoderScheduler "
     "CosineDPMSolverMultistepScheduler DDIMInverseScheduler DDIMParallelScheduler "
     "DDIMScheduler DDPMParallelScheduler DDPMScheduler DDPMWuerstchenScheduler "
     "DEISMultistepScheduler DPMSolverMultistepInverseScheduler DPMSolverMultistepScheduler "
     "DPMSolverSDEScheduler DPMSolverSinglestepScheduler DiscreteDDIMScheduler "
     "EDMDPMSolverMultistepScheduler EDMEulerScheduler EntropyBoundScheduler "
     "EulerAncestralDiscreteScheduler EulerDiscreteScheduler FlowMapEulerDiscreteScheduler "
     "FlowMatchEulerDiscreteScheduler FlowMatchHeunDiscreteScheduler FlowMatchLCMScheduler "
     "HeliosDMDScheduler HeliosScheduler HeunDiscreteScheduler IPNDMScheduler "
     "KDPM2AncestralDiscreteScheduler KDPM2DiscreteScheduler KarrasVeScheduler LCMScheduler "
     "LMSDiscreteScheduler LTXEulerAncestralRFScheduler MiniMaxH3Scheduler PNDMScheduler "
     "PiflowScheduler RFD4ProteinaScheduler RePaintScheduler SASolverScheduler SCMScheduler "
     "ScoreSdeVeScheduler ScoreSdeVpScheduler TCDScheduler UnCLIPScheduler "
     "UniPCMultistepScheduler VQDiffusionScheduler"},
    {"ComfyUI sampler",
     "ddim ddpm deis dpm_2 dpm_2_ancestral dpm_adaptive dpm_fast dpmpp_2m dpmpp_2m_cfg_pp "
     "dpmpp_2m_sde dpmpp_2m_sde_gpu dpmpp_2m_sde_heun dpmpp_2m_sde_heun_gpu "
     "dpmpp_2s_ancestral dpmpp_2s_ancestral_cfg_pp dpmpp_3m_sde dpmpp_3m_sde_gpu dpmpp_sde "
     "dpmpp_sde_gpu er_sde euler euler_ancestral euler_ancestral_cfg_pp euler_cfg_pp "
     "exp_heun_2_x0 exp_heun_2_x0_sde gradient_estimation gradient_estimation_cfg_pp heun "
     "heunpp2 ipndm ipndm_v lcm lms res_multistep res_multistep_ancestral "
     "res_multistep_ancestral_cfg_pp res_multistep_cfg_pp sa_solver sa_solver_pece seeds_2 "
     "seeds_3 uni_pc uni_pc_bh2"},
    {"ComfyUI scheduler",
     "beta beta57 bong_tangent ddim_uniform exponential karras kl_optimal linear_quadratic "
     "normal sgm_uniform simple"},
    {"stable-diffusion.cpp sampler",
     "ddim_trailing dpm++2m dpm++2m_sde dpm++2m_sde_bt dpm++2mv2 dpm++2s_a dpm2 er_sde euler "
     "euler_a euler_a_cfg_pp euler_cfg_pp euler_ge heun ipndm ipndm_v lcm lms res_2s "
     "res_multistep tcd"},
    {"stable-diffusion.cpp scheduler",
     "ays beta bong_tangent discrete exponential flux flux2 gits karras kl_optimal lcm "
     "llada_image logit_normal ltx2 sgm_uniform simple smoothstep"},
    {"others", "AlphaFold3 Boltz Chai-1 F5-TTS Protenix RFdiffusion3"}};

/// All headers in one text.
std::string headers() {
    std::string all;
    const auto root = std::filesystem::path(DIFFGEN_TESTS_DIR) / ".." / "include";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        if (entry.path().extension() != ".hpp") continue;
        std::ifstream in(entry.path());
        all.append(std::istreambuf_iterator<char>(in), {});
    }
    return all;
}

}  // namespace

TEST_CASE("the table has every name of the peers once, and no other") {
    std::map<std::string, std::set<std::string>> found;
    for (const auto& row : testing::page_table("compat.md", "names")) {
        CAPTURE(row.at(1));
        CHECK(found[row.at(0)].insert(row.at(1)).second);
        CHECK(!row.at(2).empty());
    }
    for (const auto& [peer, names] : peers) {
        CAPTURE(peer);
        std::istringstream in(names);
        CHECK(found[peer] == std::set<std::string>(std::istream_iterator<std::string>(in), {}));
    }
    CHECK(found.size() == peers.size());
}

TEST_CASE("the classes of diffusers that are read are those that the table says are") {
    for (const auto& row : testing::page_table("compat.md", "names")) {
        if (row.at(0) != "diffusers") continue;
        CAPTURE(row.at(1));
        bool read = true;
        try {
            static_cast<void>(
                compat::diffusers::named<compat::diffusers::scheduler>("_class_name", row.at(1)));
        } catch (const compat::unsupported&) {
            read = false;
        }
        CHECK(read == row.at(2).starts_with("compat::diffusers, read"));
    }
}

TEST_CASE("the types that the table names are in the headers") {
    const std::string all = headers();
    REQUIRE(all.size() > 100'000);
    const std::regex type(
        "\\b(?:solver|grid|compat|schedule|noise)(?:::[a-z_0-9]+)*::([a-z_0-9]+)");
    int types = 0;
    for (const auto& row : testing::page_table("compat.md", "names")) {
        const std::string& cell = row.at(2);
        for (std::sregex_iterator i(cell.begin(), cell.end(), type), end; i != end; ++i) {
            const std::string name = (*i)[1];
            if (name == "diffusers") continue;  // the namespace, for a class read by its name
            CAPTURE(row.at(1));
            CAPTURE(name);
            bool there = false;
            for (const std::string before :
                 {"struct ", "class ", "using ", "namespace ", "> ", "auto ", "double "})
                for (const std::string after : {" ", "(", ";", "<"})
                    there = there || all.find(before + name + after) != std::string::npos;
            CHECK(there);
            ++types;
        }
    }
    CHECK(types > 80);
}
