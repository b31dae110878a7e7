// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// OpenVINO for bridge::network, by its C interface: link openvino::runtime::c.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/bridge/network.hpp>
#include <diffgen/bridge/tensor.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/config.hpp>
#include <diffgen/core/error.hpp>

#include <openvino/c/openvino.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI::bridge {

namespace detail {

/// Throws Error with OpenVINO's text where a call has failed.
template <class Error = network_failed>
void openvino_check(ov_status_e status, const std::string& what) {
    if (status == 0) return;
    const char* const said = ov_get_last_err_msg();
    const std::string reason = said && *said ? said : text("status ", static_cast<int>(status));
    if (said && *said) ov_free(said);
    throw Error(text("diffgen: OpenVINO, ", what, ": ", reason));
}

/// Something of OpenVINO's that is released by the function beside it.
template <class T>
using openvino_owned = std::unique_ptr<T, void (*)(T*)>;

/// What create(T**) makes.
template <class Error = network_failed, class T, class Create>
openvino_owned<T> openvino_made(void (*release)(T*), const std::string& what,
                                const Create& create) {
    T* made = nullptr;
    openvino_check<Error>(create(&made), what);
    return {made, release};
}

[[nodiscard]] inline element from_openvino(ov_element_type_e type) {
    switch (type) {
        case F32:
            return element::float32;
        case F64:
            return element::float64;
        case I32:
            return element::int32;
        case I64:
            return element::int64;
        default:
            return element::other;
    }
}
[[nodiscard]] inline ov_element_type_e to_openvino(element type) {
    switch (type) {
        case element::float32:
            return F32;
        case element::float64:
            return F64;
        case element::int32:
            return I32;
        default:
            return I64;
    }
}

[[nodiscard]] inline port read_openvino_port(const ov_output_const_port_t& from) {
    port p;
    char* name = nullptr;
    openvino_check(ov_port_get_any_name(&from, &name), "the name of a port");
    p.name = name;
    ov_free(name);
    ov_element_type_e type{};
    openvino_check(ov_port_get_element_type(&from, &type), p.name);
    p.type = from_openvino(type);
    ov_partial_shape_t shape{};
    openvino_check(ov_port_get_partial_shape(&from, &shape), p.name);
    for (std::int64_t d = 0; d < shape.rank.max; ++d)
        p.shape.push_back(shape.dims[d].min == shape.dims[d].max ? shape.dims[d].min : any_size);
    ov_partial_shape_free(&shape);
    return p;
}

/// Count and At are the functions for inputs, or those for outputs.
template <class Count, class At>
std::vector<port> read_openvino_ports(const ov_compiled_model_t& model, Count count_of, At at) {
    std::size_t count = 0;
    openvino_check(count_of(&model, &count), "the number of ports");
    std::vector<port> ports;
    for (std::size_t i = 0; i < count; ++i)
        ports.push_back(read_openvino_port(*openvino_made<network_failed, ov_output_const_port_t>(
            ov_output_const_port_free, "a port",
            [&](ov_output_const_port_t** out) { return at(&model, i, out); })));
    return ports;
}

}  // namespace detail

struct openvino_options {
    int threads = 0;             ///< of one evaluation; 0: as many as the runtime takes
    std::string device = "CPU";  ///< the name of a device of OpenVINO's
    std::string precision =
        "f32";  ///< of the sums inside; bf16 and f16 are faster where a device has them

    void check() const {
        detail::require(threads >= 0, "openvino with threads = ", threads, "; must be 0 or more");
    }
};

/// A network in a file that OpenVINO reads: ONNX, or its own format. Copies share it; where several
/// threads evaluate it, one waits for the other. Throws bad_file where the runtime cannot read the
/// file, network_failed where it cannot compile or evaluate the network, each with the runtime's
/// text.
class openvino {
  public:
    explicit openvino(const std::filesystem::path& file, openvino_options options = {})
        : loaded_(std::make_shared<loaded>(file, options)) {}

    [[nodiscard]] const std::vector<port>& inputs() const { return loaded_->inputs; }
    [[nodiscard]] const std::vector<port>& outputs() const { return loaded_->outputs; }

    void run(std::span<const tensor> inputs, const tensor& output) const {
        const std::scoped_lock one_at_a_time(loaded_->evaluating);
        for (const tensor& t : inputs)
            set(t);
        set(output);
        detail::openvino_check(ov_infer_request_infer(loaded_->request.get()), "evaluation");
    }

  private:
    struct loaded {
        detail::openvino_owned<ov_core_t> core{nullptr, ov_core_free};
        detail::openvino_owned<ov_compiled_model_t> model{nullptr, ov_compiled_model_free};
        detail::openvino_owned<ov_infer_request_t> request{nullptr, ov_infer_request_free};
        std::vector<port> inputs, outputs;
        std::mutex evaluating;

        loaded(const std::filesystem::path& file, const openvino_options& options) {
            options.check();
            core = detail::openvino_made<network_failed, ov_core_t>(ov_core_free, "core",
                                                                    ov_core_create);
            const auto source = detail::openvino_made<bad_file, ov_model_t>(
                ov_model_free, file.string(), [&](ov_model_t** m) {
                    return ov_core_read_model(core.get(), file.string().c_str(), nullptr, m);
                });
            const std::string threads = std::to_string(options.threads);
            model = detail::openvino_made<network_failed, ov_compiled_model_t>(
                ov_compiled_model_free, file.string(), [&](ov_compiled_model_t** m) {
                    return ov_core_compile_model(core.get(), source.get(), options.device.c_str(),
                                                 4, m, "INFERENCE_PRECISION_HINT",
                                                 options.precision.c_str(), "INFERENCE_NUM_THREADS",
                                                 threads.c_str());
                });
            request = detail::openvino_made<network_failed, ov_infer_request_t>(
                ov_infer_request_free, file.string(), [&](ov_infer_request_t** r) {
                    return ov_compiled_model_create_infer_request(model.get(), r);
                });
            inputs = detail::read_openvino_ports(*model, ov_compiled_model_inputs_size,
                                                 ov_compiled_model_input_by_index);
            outputs = detail::read_openvino_ports(*model, ov_compiled_model_outputs_size,
                                                  ov_compiled_model_output_by_index);
        }
    };

    /// Lets the request use the memory of the caller.
    void set(const tensor& t) const {
        std::vector<std::int64_t> sizes = t.shape;
        const ov_shape_t shape{static_cast<std::int64_t>(sizes.size()), sizes.data()};
        const auto view = detail::openvino_made<network_failed, ov_tensor_t>(
            ov_tensor_free, t.of->name, [&](ov_tensor_t** out) {
                return ov_tensor_create_from_host_ptr(detail::to_openvino(t.of->type), shape,
                                                      t.data, out);
            });
        detail::openvino_check(
            ov_infer_request_set_tensor(loaded_->request.get(), t.of->name.c_str(), view.get()),
            t.of->name);
    }

    std::shared_ptr<loaded> loaded_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::bridge

#include <diffgen/core/with_macros.hpp>
