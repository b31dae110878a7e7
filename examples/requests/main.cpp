// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// A server of handwritten digits: requests arrive at any time, each with a digit to draw, steps and
// a seed of its own, and share every evaluation of the network. Some have a deadline, some are
// cancelled, one is watched. Time is counted in evaluations, so that the output is the same on
// every machine.
//
//     requests [--quick]        writes requests.png: the request that is watched, step by step

#include <diffgen/diffgen.hpp>
#include <diffgen/io/contact_sheet.hpp>
#include <diffgen/io/png.hpp>
#include <diffgen/nn/weights_file.hpp>

#include "../digits/network.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <exception>
#include <map>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace diffgen;
using digits::pixels;

struct order {
    int number, arrives, digit, steps;
    int deadline;  ///< evaluations after its arrival
    int cancelled = -1;
    [[nodiscard]] bool is_cancelled(int now) const { return cancelled >= 0 && cancelled <= now; }
    [[nodiscard]] bool is_late(int now) const { return now - arrives > deadline; }
    [[nodiscard]] options settings() const {
        return {.steps = steps, .seed = static_cast<std::uint64_t>(number), .grid = grid::karras{}};
    }
};

std::deque<order> orders(int count) {
    const noise::philox random{1};
    std::uint64_t drawn = 0;
    const auto below = [&](int n) {
        return static_cast<int>(n * random.uniform<double>(noise::stream::times, 0, drawn++));
    };
    std::deque<order> all;
    for (int i = 0, now = 0; i < count; ++i, now += below(5)) {
        order o{
            .number = i, .arrives = now, .digit = i % 10, .steps = 8 + below(25), .deadline = 34};
        if (i % 7 == 3) o.cancelled = now + below(20);
        all.push_back(o);
    }
    return all;
}

/// The network of the example `digits` under guidance: all rows with their digit, then all without.
class network {
  public:
    network() : net_(digits::make_network()) {
        load_weights(net_.weights(), DIFFGEN_DIGITS_WEIGHTS);
    }

    // [network]
    /// wanted: the digit of each sample.
    void operator()(batch_view<const float> in, batch_view<float> out,
                    std::span<const noise_level> levels, std::span<const int> wanted) {
        classes_.assign(in.samples, net_.null_class());
        std::ranges::copy(wanted, classes_.begin());
        times_.clear();
        for (const noise_level& l : levels)
            times_.push_back(l.network_time);
        net_.evaluate(in.data, out.data, static_cast<std::int64_t>(in.samples), times_,
                      classes_.data());
    }
    // [network]

  private:
    digits::network net_;
    std::vector<int> classes_;
    std::vector<double> times_;
};

/// Stands where a network that the library calls would be: here the owner calls it.
struct called_by_owner {};

const auto sampler_of_digits = [] {
    return sampler{schedule::cosine{}, kernel::variance_preserving{},
                   guided{predicts(digits::prediction{}, called_by_owner{}, digits::time_input{}),
                          classifier_free{.w = 2}},
                   solver::dpm_solver_pp_multistep<2>{}};
};

std::vector<float> alone(const order& o, network& net) {
    const auto s = sampler_of_digits();
    std::vector<float> x(pixels);
    for (auto run = s.start(exec::cpp, batch(x, 1), o.settings()); run; run.advance())
        net(run.input(), run.output(), run.levels(), std::span(&o.digit, 1));
    return x;
}

using sampler_type = decltype(sampler_of_digits());

class server {
  public:
    explicit server(std::deque<order> waiting) : waiting_(std::move(waiting)) {}

    void run() {
        for (; !waiting_.empty() || pool_.size() > 0; ++now_) {
            join();
            drop();
            if (pool_) evaluate();
            watch();
            deliver();
        }
    }
    /// Returns whether all that were served have the bits that they have alone.
    [[nodiscard]] bool report() const {
        io::write_png("requests.png", io::contact_sheet(previews_, {.columns = previews_.size(),
                                                                    .scale = 4,
                                                                    .margin = 3,
                                                                    .background = 96}));
        std::printf(
            "%d digits in %d evaluations of %.1f samples; %d have the bits that they have "
            "alone\n",
            served_, evaluations_, static_cast<double>(rows_) / evaluations_, same_);
        return served_ == same_;
    }

  private:
    // [join]
    void join() {
        while (!waiting_.empty() && waiting_.front().arrives <= now_ &&
               pool_.size() < pool_.capacity()) {
            const request_id id = pool_.admit(waiting_.front().settings());
            orders_[id] = waiting_.front();
            waiting_.pop_front();
        }
    }
    // [join]
    // [drop]
    void drop() {
        std::erase_if(orders_, [this](const auto& entry) {
            const auto& [id, o] = entry;
            if (!o.is_cancelled(now_) && !o.is_late(now_)) return false;
            tell(o, o.is_cancelled(now_) ? "cancelled" : "too late");
            pool_.remove(id);
            return true;
        });
    }
    // [drop]
    // [evaluate]
    void evaluate() {
        pool_.take(most_rows);  // those that have waited longest
        wanted_.clear();
        for (const request_id id : pool_.requests())
            wanted_.push_back(orders_[id].digit);
        net_(pool_.input(), pool_.output(), pool_.levels(), wanted_);
        pool_.advance();
        ++evaluations_;
        rows_ += static_cast<int>(wanted_.size());
    }
    // [evaluate]
    /// Keeps what one request looks like after every step.
    void watch() {
        for (const auto& [id, o] : orders_) {
            const auto seen = static_cast<int>(previews_.size());
            if (o.number != 5 || pool_.status(id).step <= seen) continue;
            const auto x = pool_.denoised(id);
            previews_.push_back(
                io::grey_image(std::span<const float>(x.data, pixels), 8, 8, -1.f, 1.f));
        }
    }
    // [deliver]
    void deliver() {
        while (!pool_.ended().empty()) {
            const request_id id = pool_.ended().back();
            const order& o = orders_[id];
            tell(o, "served");
            ++served_;
            same_ += std::ranges::equal(pool_.state(id), alone(o, net_)) ? 1 : 0;
            orders_.erase(id);
            pool_.remove(id);
        }
    }
    // [deliver]
    void tell(const order& o, const char* what) const {
        std::printf("%4d  request %2d, a %d in %2d steps: %s\n", now_, o.number, o.digit, o.steps,
                    what);
    }

    static constexpr std::size_t most_rows = 8;
    network net_;
    // [pool]
    sampler_type sampler_ = sampler_of_digits();
    exec::pool<exec::cpp_policy, sampler_type, float> pool_ =
        sampler_.pool(exec::cpp, pixels, {.capacity = 12, .keep_denoised = true});
    std::map<request_id, order> orders_;  // what the server knows of them
    // [pool]
    std::deque<order> waiting_;
    std::vector<int> wanted_;
    std::vector<io::image> previews_;
    int now_ = 0, served_ = 0, same_ = 0, evaluations_ = 0, rows_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
    try {
        const bool quick = count > 1 && std::string_view(arguments[1]) == "--quick";
        server s(orders(quick ? 30 : 200));
        s.run();
        return s.report() ? 0 : 1;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
