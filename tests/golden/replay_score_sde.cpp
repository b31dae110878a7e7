#include "golden.hpp"
namespace golden {
double replay_score_sde(const json&) {
    throw diffgen::compat::unsupported("later");
}
}  // namespace golden
