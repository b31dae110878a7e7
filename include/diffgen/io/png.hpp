// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pictures as PNG (ISO/IEC 15948): encode_png / write_png and decode_png / read_png.

#include <diffgen/io/png_read.hpp>
#include <diffgen/io/png_write.hpp>
