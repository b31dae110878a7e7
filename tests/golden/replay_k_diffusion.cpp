#include "golden.hpp"
namespace golden {
double replay_k_diffusion(const json&) {
    throw diffgen::compat::unsupported("later");
}
}  // namespace golden
