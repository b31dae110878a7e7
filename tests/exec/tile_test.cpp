// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// One stage on one tile: processors and devices have code of their own for it, which must give the
// same bits; so must every number of elements, whether it fills packs and accesses of 16 bytes or
// not, and nothing beside them may be written.

#include <diffgen/exec/tile.hpp>
#include <diffgen/guidance/by_sample.hpp>
#include <diffgen/guidance/clipped.hpp>
#include <diffgen/guidance/guided.hpp>

#include "../support/bits_equal.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <random>
#include <vector>

namespace {

using namespace diffgen;

constexpr int room = 300, registers = 3, copies = 2;
/// Of a solver that names so many branches of guidance.
template <int Branches>
using shape = exec::shape<registers, 2, 2, false, false, exec::detail::no_rule, Branches>;

/// All that a tile has, with room between the arrays that nobody may touch.
template <class T>
struct arrays {
    static constexpr std::size_t apart = 320;
    std::vector<T> registers_ = std::vector<T>((registers + 1) * apart);
    std::vector<T> outputs = std::vector<T>(copies * apart), normals = outputs;
    std::vector<T> numbers = std::vector<T>(3 * apart);  ///< one of the rule, two of the hook

    explicit arrays(unsigned seed) {
        std::mt19937 random(seed);
        std::uniform_real_distribution<T> number(-2, 2);
        for (auto* a : {&registers_, &outputs, &normals, &numbers})
            for (T& v : *a)
                v = number(random);
        for (std::size_t i = 2 * apart; i < 3 * apart; ++i)
            numbers[i] = numbers[i - apart] + T(0.5);  // an upper bound
    }
    /// The tile that begins at an element: 16 divides its address where `begin` is a multiple of 4.
    exec::tile_memory<T> tile(std::size_t begin) {
        exec::tile_memory<T> m{};
        m.state = registers_.data() + begin;
        m.kept = m.state + apart;
        m.outputs = outputs.data() + begin;
        m.normals = normals.data() + begin;
        m.numbers = numbers.data() + begin;
        m.kept_apart = m.copies_apart = m.normals_apart = m.numbers_apart = apart;
        return m;
    }
};

/// Two rows, which exchange what they read, of everything that a form can have.
template <class T, int Branches>
exec::instruction<T, shape<Branches>> everything(bool folds) {
    stage s;
    s.evaluates = true;
    s.input_register = 0;
    s.rows = 2;
    s.draws = 2;
    s.updates[0].target = 0;
    s.updates[0].form.registers = {0.7, 0.2, -0.3};
    s.updates[0].form.denoised = 0.4;
    s.updates[0].form.network = folds ? 0 : 0.05;
    s.updates[0].form.noise[0] = 0.6;
    s.updates[0].form.noise[1] = -0.1;
    s.updates[1].target = 2;
    s.updates[1].form.registers = {0.5, 0, 0.25};
    s.updates[1].form.denoised = -0.8;
    for (unsigned b = 0; b < unsigned{Branches}; ++b)
        s.updates[b].form.branches = {0.35, -0.15};
    return exec::compile<T, shape<Branches>>(s, {1, 0.9, -0.35}, {folds, false, 0});
}

template <class T, int Branches, class Combiner, class Hook>
struct on_lanes {
    const exec::instruction<T, shape<Branches>>& s;
    const exec::tile_memory<T>& m;
    const Combiner& combiner;
    const Hook& hook;
    int count;
    bool* finite;

    template <class V>
    DIFFGEN_VALUE void operator()(lanes::tag<V>) const {
        *finite = exec::apply<V>(s, m, combiner, hook, count);
    }
};

template <class T, int Branches = 0, class Combiner, class Hook>
void check_tiles(const Combiner& combiner, const Hook& hook) {
    const auto s = everything<T, Branches>(!Hook::present);
    for (const int count : {1, 2, 3, 4, 7, 8, 15, 16, 31, 33, 63, 64, 65, 255, 256, 257, room}) {
        arrays<T> expected(5);
        bool all_finite = true;
        for (int i = 0; i < count; ++i)
            all_finite =
                exec::detail::apply_to<1>(s, expected.tile(4), combiner, hook, i) == T(0) &&
                all_finite;
        CHECK(all_finite);
        for_every_set([&](auto set, const char* name) {
            CAPTURE(name);
            CAPTURE(count);
            arrays<T> got(5);
            bool finite = false;
            lanes::run<T, decltype(set)>(on_lanes<T, Branches, Combiner, Hook>{
                s, got.tile(4), combiner, hook, count, &finite});
            CHECK(finite);
            CHECK(differences(got.registers_, expected.registers_) == 0);
        });
    }
    for (const std::size_t begin :
         {std::size_t{4}, std::size_t{5}}) {  // four elements together, then one by one
        arrays<T> one_by_one(6), got(6);
        for (int i = 0; i < 4; ++i)
            CHECK(exec::detail::apply_to<1>(s, one_by_one.tile(begin), combiner, hook, i) == T(0));
        CHECK(exec::detail::go_together(got.tile(begin), 4) == (begin == 4));
        CHECK(exec::detail::apply_on_device(s, got.tile(begin), combiner, hook, 4));
        CHECK(differences(got.registers_, one_by_one.registers_) == 0);
    }
}

}  // namespace

TEST_CASE_TEMPLATE("a stage has the same bits on every kind of tile", T, float, double) {
    check_tiles<T>(take_output{}, no_hook{});
}

TEST_CASE_TEMPLATE("a stage under a hook has the same bits on every kind of tile", T, float,
                   double) {
    check_tiles<T>(take_output{}, clip_hook<no_hook>{{}, -0.5, 0.5});
}

TEST_CASE_TEMPLATE("a stage that merges two outputs has the same bits on every kind of tile", T,
                   float, double) {
    check_tiles<T>(classifier_free{2.5}, no_hook{});
}

TEST_CASE_TEMPLATE("a stage that sees both branches has the same bits on every kind of tile", T,
                   float, double) {
    check_tiles<T, 2>(classifier_free{2.5}, no_hook{});
    check_tiles<T, 2>(classifier_free{2.5}, clip_hook<no_hook>{{}, -0.5, 0.5});
    check_tiles<T, 1>(take_output{}, no_hook{});
}

TEST_CASE_TEMPLATE("a stage with numbers of rule and hook has the same bits on every kind of tile",
                   T, float, double) {
    const std::vector<T> none;
    const classifier_free_by_sample rule{none};
    const clip_hook_by_element<no_hook, T> hook{{}, nullptr, nullptr};
    check_tiles<T>(rule, no_hook{});
    check_tiles<T, 2>(rule, hook);
    check_tiles<T>(take_output{}, hook);
}

TEST_CASE("a number that is not finite is seen in every element, and only there") {
    const auto s = everything<float, 0>(true);
    for (const int count : {1, 5, 8, 31, 64, 100})
        for (int bad = 0; bad <= count; ++bad) {  // the last lies beside the tile
            arrays<float> x(7);
            x.registers_[static_cast<std::size_t>(4 + bad)] =
                std::numeric_limits<float>::infinity();
            const auto m = x.tile(4);
            const take_output combiner;
            const no_hook hook;
            bool finite = false;
            lanes::run<float>(
                on_lanes<float, 0, take_output, no_hook>{s, m, combiner, hook, count, &finite});
            CAPTURE(count);
            CAPTURE(bad);
            CHECK(finite == (bad == count));
            if (!finite) CHECK(exec::first_bad_element(s, m, count) == bad);
        }
}
