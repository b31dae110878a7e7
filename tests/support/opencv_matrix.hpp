// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The members of cv::Mat that say what its memory is, named and typed as there.

#include <cstddef>
#include <utility>
#include <vector>

namespace testing {

/// cv::MatSize and cv::MatStep
template <class T>
class opencv_list {
  public:
    explicit opencv_list(std::vector<T> values) : values_(std::move(values)) {}
    const T& operator[](int i) const { return values_[static_cast<std::size_t>(i)]; }

  private:
    std::vector<T> values_;
};

class opencv_matrix {
  public:
    int dims;
    unsigned char* data;
    opencv_list<int> size;
    opencv_list<std::size_t> step;  ///< in bytes

    template <class T>
    opencv_matrix(T* memory, std::vector<int> extents, std::vector<std::size_t> bytes, int type)
        : dims(static_cast<int>(extents.size())),
          data(reinterpret_cast<unsigned char*>(memory)),
          size(std::move(extents)),
          step(std::move(bytes)),
          type_(type) {}

    int depth() const { return type_ & 7; }
    int channels() const { return (type_ >> 3) + 1; }

  private:
    int type_;
};

/// CV_MAKETYPE
constexpr int opencv_type(int depth, int channels) {
    return depth + ((channels - 1) << 3);
}

}  // namespace testing
