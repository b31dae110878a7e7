// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// JSON (RFC 8259): the value, parse_json / read_json and dump_json / write_json.

#include <diffgen/io/json_dump.hpp>
#include <diffgen/io/json_parse.hpp>
#include <diffgen/io/json_value.hpp>
