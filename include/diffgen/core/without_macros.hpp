// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// The first include of every header of diffgen, without a guard: from here to the header's last
// line, which includes core/with_macros.hpp, names that other libraries define as macros are names
// again. Windows has min, max, near and small, X11 None, Status and Success, Qt emit, macOS check
// and require, Arduino abs, bit, F and round, <complex.h> I, <sys/sysmacros.h> major and minor.
// Here are those that some header, or one that it includes, uses.

#pragma push_macro("B0")
#undef B0
#pragma push_macro("B1")
#undef B1
#pragma push_macro("BOOL")
#undef BOOL
#pragma push_macro("Complex")
#undef Complex
#pragma push_macro("D")
#undef D
#pragma push_macro("E")
#undef E
#pragma push_macro("F")
#undef F
#pragma push_macro("False")
#undef False
#pragma push_macro("I")
#undef I
#pragma push_macro("L")
#undef L
#pragma push_macro("M")
#undef M
#pragma push_macro("N")
#undef N
#pragma push_macro("None")
#undef None
#pragma push_macro("S")
#undef S
#pragma push_macro("Status")
#undef Status
#pragma push_macro("Success")
#undef Success
#pragma push_macro("True")
#undef True
#pragma push_macro("U")
#undef U
#pragma push_macro("X")
#undef X
#pragma push_macro("abs")
#undef abs
#pragma push_macro("bit")
#undef bit
#pragma push_macro("boolean")
#undef boolean
#pragma push_macro("byte")
#undef byte
#pragma push_macro("check")
#undef check
#pragma push_macro("emit")
#undef emit
#pragma push_macro("gamma")
#undef gamma
#pragma push_macro("index")
#undef index
#pragma push_macro("isfinite")
#undef isfinite
#pragma push_macro("isinf")
#undef isinf
#pragma push_macro("isnan")
#undef isnan
#pragma push_macro("major")
#undef major
#pragma push_macro("max")
#undef max
#pragma push_macro("min")
#undef min
#pragma push_macro("minor")
#undef minor
#pragma push_macro("near")
#undef near
#pragma push_macro("random")
#undef random
#pragma push_macro("require")
#undef require
#pragma push_macro("round")
#undef round
#pragma push_macro("select")
#undef select
#pragma push_macro("small")
#undef small
#pragma push_macro("square")
#undef square
#pragma push_macro("word")
#undef word
#pragma push_macro("y1")
#undef y1
