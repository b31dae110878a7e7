// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// FNV-1a over the bytes of numbers.

#include <cstring>

namespace testing {

class hash {
  public:
    template <class T>
    void add(const T& x) {
        unsigned char bytes[sizeof(T)];
        std::memcpy(bytes, &x, sizeof(T));
        for (const unsigned char b : bytes)
            value_ = (value_ ^ b) * 0x100000001b3u;
    }
    [[nodiscard]] unsigned long long value() const { return value_; }

  private:
    unsigned long long value_ = 0xcbf29ce484222325u;
};

}  // namespace testing
