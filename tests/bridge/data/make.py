#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The diffgen authors
# SPDX-License-Identifier: Apache-2.0
"""Writes tiny.onnx beside itself: y = x t + k + bias, with a batch of any size. Needs the package onnx."""
import pathlib

from onnx import TensorProto, checker, helper, save

node, value = helper.make_node, helper.make_tensor_value_info
graph = helper.make_graph(
    [
        node("Unsqueeze", ["t", "one"], ["t_column"]),
        node("Mul", ["x", "t_column"], ["xt"]),
        node("Cast", ["k"], ["k_float"], to=TensorProto.FLOAT),
        node("Unsqueeze", ["k_float", "one"], ["k_column"]),
        node("Add", ["xt", "k_column"], ["sum"]),
        node("Add", ["sum", "bias"], ["y"]),
    ],
    "tiny",
    [
        value("x", TensorProto.FLOAT, ["batch", 4]),
        value("t", TensorProto.FLOAT, ["batch"]),
        value("k", TensorProto.INT64, ["batch"]),
        value("bias", TensorProto.FLOAT, ["rows", 4]),
    ],
    [value("y", TensorProto.FLOAT, ["batch", 4])],
    [helper.make_tensor("one", TensorProto.INT64, [1], [1])],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
checker.check_model(model)
save(model, str(pathlib.Path(__file__).with_name("tiny.onnx")))
