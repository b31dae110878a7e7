// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// Runs on a CUDA stream: a network with kernels of its own, a batch that is cut in two, pointers
// and vectors, noise of every source, and what is reported when numbers are not finite.

#include <diffgen/noise/noise.hpp>

#include "check_refused.hpp"
#include "mixtures.hpp"
#include "on_device.hpp"

#include <cmath>
#include <limits>

using namespace diffgen;

namespace {

/// A stream that does not wait for the default one.
class own_stream {
  public:
    own_stream() { REQUIRE(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking) == 0); }
    ~own_stream() { cudaStreamDestroy(stream_); }
    own_stream(const own_stream&) = delete;
    own_stream& operator=(const own_stream&) = delete;
    operator cudaStream_t() const { return stream_; }

  private:
    cudaStream_t stream_ = nullptr;
};

template <class T>
DIFFGEN_HD T predicted(T x, T time) {
    return diffgen::tanh(diffgen::fma(x, time, T(0.25)));
}

template <class T>
__global__ void predict(const T* in, T* out, std::size_t size, T time) {
    const std::size_t i = blockIdx.x * std::size_t{blockDim.x} + threadIdx.x;
    if (i < size) out[i] = predicted(in[i], time);
}

/// A batched network, in host memory or as a kernel on the stream of the run.
struct network {
    cudaStream_t stream = nullptr;

    template <class T>
    void operator()(batch_view<const T> in, batch_view<T> out, const noise_level& l) const {
        for (std::size_t i = 0; i < in.size(); ++i)
            out.data[i] = predicted(in.data[i], static_cast<T>(l.network_time));
    }
    template <class T>
    void operator()(batch_view<const T, space::cuda> in, batch_view<T, space::cuda> out,
                    const noise_level& l) const {
        const auto blocks = static_cast<unsigned>((in.size() + 127) / 128);
        predict<<<blocks, 128, 0, stream>>>(in.data, out.data, in.size(),
                                            static_cast<T>(l.network_time));
    }
};

template <class Solver, class Noise = noise::philox>
auto sampler_of(cudaStream_t stream, Solver solver, Noise source = {}) {
    return sampler{schedule::linear_beta{}, kernel::variance_preserving{},
                   predicts(epsilon{}, network{stream}), solver, source};
}

constexpr std::size_t samples = 21, elements = 301;  // more than a chunk of a norm
const options few{.steps = 6, .seed = 9};

template <class Solver>
void check_network(Solver solver) {
    const own_stream stream;
    auto s = sampler_of(stream, solver);
    std::vector<float> host(samples * elements);
    s.generate(exec::cpp, batch(host, samples), few);
    thrust::device_vector<float> device(samples * elements);
    const run_summary done = s.generate(exec::cuda(stream), batch(device, samples), few);
    CHECK(done.finished);
    CHECK(differences(host, on_host(device)) == 0);
}

/// A denoiser that answers NaN above 3.
struct goes_wrong {
    template <class V, class S>
    DIFFGEN_VALUE V operator()(const V& x, const level_of<S>&) const {
        const V wrong = broadcast<V>(std::numeric_limits<S>::quiet_NaN());
        return select(x > broadcast<V>(S(3)), wrong, x);
    }
};

}  // namespace

TEST_CASE("a network of device kernels gives the host's bits on a stream of its own") {
    if (!has_device()) return;
    check_network(solver::ddim{});
    check_network(solver::ancestral{});
    check_network(
        solver::predictor_corrector{solver::euler_maruyama{}, solver::langevin_corrector{}});
}

TEST_CASE("the owner of the loop calls the network") {
    if (!has_device()) return;
    const own_stream stream;
    auto s = sampler_of(stream, solver::ddim{});
    thrust::device_vector<float> called(samples * elements), driven(samples * elements);
    s.generate(exec::cuda(stream), batch(called, samples), few);
    const network net{stream};
    for (auto r = s.start(exec::cuda(stream), batch(driven, samples), few); r; r.advance())
        net(r.input(), r.output(), r.level());
    CHECK(differences(on_host(called), on_host(driven)) == 0);
}

TEST_CASE("a batch in two parts has the samples of the whole, from raw pointers too") {
    if (!has_device()) return;
    constexpr std::size_t first = 8, begin = first * elements;
    auto s = sampler_of(nullptr, solver::ancestral{});
    thrust::device_vector<float> whole(samples * elements), parts(samples * elements);
    s.generate(exec::cuda(), batch(whole, samples), few);
    float* data = thrust::raw_pointer_cast(parts.data());
    options o = few;
    s.generate(exec::cuda(), batch<space::cuda>(data, begin, first), o);
    o.first_sample = first;
    s.generate(exec::cuda(),
               batch<space::cuda>(data + begin, parts.size() - begin, samples - first), o);
    CHECK(differences(on_host(whole), on_host(parts)) == 0);
}

TEST_CASE("noise from one seed a sample and from a record has the host's bits") {
    if (!has_device()) return;
    const std::vector<std::uint64_t> seeds{3, 1, 4, 1, 5};
    const thrust::device_vector<std::uint64_t> seeds_there(seeds.begin(), seeds.end());
    const auto drawn = [&](auto e, auto x, const std::uint64_t* from) {
        sampler_of(nullptr, solver::ddim{}, noise::per_sample_seeds{from, elements})
            .add_noise(e, 0.5, x, few);
    };
    std::vector<float> host(seeds.size() * elements, 1.0f);
    thrust::device_vector<float> device(host.begin(), host.end());
    drawn(exec::cpp, batch(host, seeds.size()), seeds.data());
    drawn(exec::cuda(), batch(device, seeds.size()), thrust::raw_pointer_cast(seeds_there.data()));
    CHECK(differences(host, on_host(device)) == 0);

    const auto replayed = [](auto e, auto x, const float* from, std::size_t size) {
        sampler_of(nullptr, solver::ddim{}, noise::recorded<float>{from, size, 1})
            .add_noise(e, 0.5, x);
    };
    const std::vector<float> record = host;
    const thrust::device_vector<float> record_there(record.begin(), record.end());
    replayed(exec::cpp, batch(host, seeds.size()), record.data(), record.size());
    replayed(exec::cuda(), batch(device, seeds.size()),
             thrust::raw_pointer_cast(record_there.data()), record.size());
    CHECK(differences(host, on_host(device)) == 0);
}

TEST_CASE("the first sample that is not finite is reported, in one pass and step by step") {
    if (!has_device()) return;
    sampler s{schedule::edm{}, kernel::variance_exploding{},
              predicts(denoised{}, pointwise{goes_wrong{}}), solver::ddim{}};
    std::vector<float> start(50 * 3, 0.5f);
    start[17 * 3 + 1] = start[31 * 3] = 10;  // samples 17 and 31
    options o{.first_sample = 100, .grid = grid::sigmas({3, 2, 1, 0})};
    for (const bool stepwise : {false, true}) {
        if (stepwise) o.observe.on_step = [](const observation&) { return true; };
        thrust::device_vector<float> x(start.begin(), start.end());
        check_refused<non_finite>([&] { s.generate_from(exec::cuda(), 3, batch(x, 50), o); },
                                  {"NaN or infinity in step 0 of 3", "first in sample 117"});
    }
}

TEST_CASE("an observer sees the state that the device holds") {
    if (!has_device()) return;
    const own_stream stream;
    auto s = sampler_of(stream, solver::ddim{});
    std::vector<std::vector<double>> seen[2];
    const auto watch = [&](int where) {
        options o = few;
        o.observe = {[&seen, where](const observation& at) {
                         seen[where].push_back(at.state());
                         seen[where].push_back(at.denoised());
                         return true;
                     },
                     true};
        return o;
    };
    std::vector<float> host(samples * elements);
    s.generate(exec::cpp, batch(host, samples), watch(0));
    thrust::device_vector<float> device(samples * elements);
    s.generate(exec::cuda(stream), batch(device, samples), watch(1));
    CHECK(seen[0].size() == 12);
    CHECK(seen[0] == seen[1]);
}
