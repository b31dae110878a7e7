// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Threads that share independent pieces of work. Nobody waits for a thread that the system does not
// run: whoever runs takes the next piece, and a call ends with its last piece. (A parallel region
// of OpenMP ends when every thread has come by, which on a busy machine takes longer than a step of
// training.)

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/config.hpp>

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#if DIFFGEN_HAS_OMP
#include <omp.h>
#endif

namespace diffgen::inline DIFFGEN_ABI::nn {

/// How many threads `threads` asks for: 0 means what OpenMP would take where it is on, else as many
/// as the machine has.
inline int thread_count(int threads) {
    if (threads > 0) return threads;
#if DIFFGEN_HAS_OMP
    return omp_get_max_threads();
#else
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
#endif
}

/// The caller and `threads` - 1 threads that sleep between calls. One call at a time.
class team {
  public:
    explicit team(int threads) {
        for (int slot = 1; slot < threads; ++slot)
            helpers_.emplace_back([this, slot] { help(slot); });
    }
    team(const team&) = delete;
    team& operator=(const team&) = delete;
    ~team() {
        {
            const std::lock_guard lock(mutex_);
            leaving_ = true;
        }
        called_.notify_all();
        for (auto& helper : helpers_)
            helper.join();
    }

    int size() const { return static_cast<int>(helpers_.size()) + 1; }

    /// work(i, slot) for i in [0, pieces), slot < size(); no two pieces are in one slot at a time.
    /// After an exception no piece begins; of those thrown, that of the smallest i is thrown on.
    template <class Work>
    void run(std::int64_t pieces, const Work& work) {
        if (helpers_.empty() || pieces <= 1) {
            for (std::int64_t i = 0; i < pieces; ++i)
                work(i, 0);
            return;
        }
        std::unique_lock lock(mutex_);
        work_ = [](const void* w, std::int64_t i, int slot) {
            (*static_cast<const Work*>(w))(i, slot);
        };
        object_ = &work;
        next_ = 0;
        end_ = pieces;
        problem_ = nullptr;
        called_.notify_all();
        take_pieces(lock, 0);
        finished_.wait(lock, [this] { return busy_ == 0; });
        if (problem_) std::rethrow_exception(problem_);
    }

  private:
    void help(int slot) {
        std::unique_lock lock(mutex_);
        while (true) {
            called_.wait(lock, [this] { return leaving_ || next_ < end_; });
            if (leaving_) return;
            take_pieces(lock, slot);
            if (busy_ == 0) finished_.notify_one();
        }
    }

    /// Takes pieces until none is left. The lock is held except while a piece is worked on: pieces
    /// are large.
    void take_pieces(std::unique_lock<std::mutex>& lock, int slot) {
        while (next_ < end_) {
            const std::int64_t i = next_++;
            ++busy_;
            lock.unlock();
            std::exception_ptr thrown;
            try {
                work_(object_, i, slot);
            } catch (...) {
                thrown = std::current_exception();
            }
            lock.lock();
            --busy_;
            if (thrown && (!problem_ || i < failed_)) {
                problem_ = thrown;
                failed_ = i;
            }
            if (thrown) next_ = end_;
        }
    }

    std::mutex mutex_;
    std::condition_variable called_, finished_;
    void (*work_)(const void*, std::int64_t, int) = nullptr;
    const void* object_ = nullptr;
    std::int64_t next_ = 0, end_ = 0;  // pieces not yet taken
    int busy_ = 0;                     // pieces being worked on
    std::exception_ptr problem_;
    std::int64_t failed_ = 0;
    bool leaving_ = false;
    std::vector<std::thread> helpers_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::nn

#include <diffgen/core/with_macros.hpp>
