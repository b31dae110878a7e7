// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The path of a run: where it started, and what each of its stages drew. It is recorded by one run,
// and replayed by others, under another network or solver, which find how probable it is there:
// the ratios of policy gradients (Black et al. 2023, eq. 4), weights of particles.

#include <diffgen/core/without_macros.hpp>

#include <diffgen/core/batch_view.hpp>
#include <diffgen/core/check.hpp>
#include <diffgen/core/error.hpp>
#include <diffgen/core/noise_level.hpp>
#include <diffgen/exec/buffer.hpp>
#include <diffgen/exec/path_density.hpp>
#include <diffgen/options.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace diffgen::inline DIFFGEN_ABI {

namespace exec {
template <class T, class Space>
class recorder;
template <class T, class Space>
class replayer;
}  // namespace exec

/// Made empty, and filled by s.generate(exec, x, path, options). Its memory is one batch a
/// transition and one for the start. T, Space: of the state.
template <class T, class Space = space::host>
class recorded_path {
  public:
    [[nodiscard]] std::size_t samples() const { return density_.samples(); }
    [[nodiscard]] std::size_t elements() const { return density_.elements(); }
    /// Stages that drew, so far.
    [[nodiscard]] std::size_t transitions() const { return density_.count(); }
    /// Whether the run that is recorded has drawn all that it draws.
    [[nodiscard]] bool is_complete() const {
        return samples() > 0 && transitions() == density_.laws().size();
    }
    /// Throws bad_argument where it has not.
    void require_complete() const {
        detail::require(
            is_complete(), "a path of which ", transitions(), " of ", density_.laws().size(),
            " transitions are recorded; s.generate(exec, x, path, options) records one");
    }
    /// Where the run started (k = 0), or what transition k - 1 drew: the state, or the register
    /// that the solver's stage draws. Throws bad_argument where there is no such transition.
    [[nodiscard]] batch_view<const T, Space> state(std::size_t k) const {
        detail::require(samples() > 0 && k <= transitions(), "state ", k, " of a path of ",
                        transitions(), " transitions");
        return {at(k), samples(), elements()};
    }
    /// The deviation of what transition k drew. Throws like state.
    [[nodiscard]] double deviation(std::size_t k) const {
        detail::require(k < transitions(), "transition ", k, " of a path of ", transitions());
        return density_.laws()[k].deviation;
    }
    /// The grid of the run.
    [[nodiscard]] const std::vector<noise_level>& levels() const { return levels_; }

    /// How probable the path was in the run that recorded it: the same bits as of a replay under
    /// the same sampler. Waits for the passes of that run.
    template <class Exec>
    [[nodiscard]] log_probability_table log_probabilities(const Exec& e) const {
        return {samples(), density_.log_probabilities(e, 0, transitions())};
    }
    /// The options of the run, without its observer.
    [[nodiscard]] const options& run_options() const { return options_; }

  private:
    friend class exec::recorder<T, Space>;
    friend class exec::replayer<T, Space>;

    [[nodiscard]] const T* at(std::size_t k) const {
        return states_.data() + k * samples() * elements();
    }
    [[nodiscard]] T* at(std::size_t k) { return states_.data() + k * samples() * elements(); }

    exec::buffer<T, Space> states_;
    exec::path_density<T, Space> density_;
    std::vector<noise_level> levels_;
    options options_;
};

}  // namespace diffgen::inline DIFFGEN_ABI

namespace diffgen::inline DIFFGEN_ABI::exec {

/// A run whose transitions nobody follows.
struct no_path {
    static constexpr bool present = false;
};

/// Follows a run and records its path. It refers to the path.
template <class T, class Space>
class recorder {
  public:
    static constexpr bool present = true;

    explicit recorder(recorded_path<T, Space>& p) : path_(&p) {}

    /// Takes the memory for a run of these transitions.
    template <class Exec>
    void prepare(const Exec& e, batch_view<T, Space> x, const std::vector<noise_level>& levels,
                 const options& o, std::vector<transition_law> laws) {
        path_->states_ = buffer<T, Space>(e, (laws.size() + 1) * x.size());
        path_->density_ = {e, std::move(laws), x.samples, x.elements};
        path_->levels_ = levels;
        path_->options_ = o;
        path_->options_.observe = {};
    }
    /// The run begins with what x holds.
    template <class Exec>
    void begin(const Exec& e, batch_view<T, Space> x) {
        path_->density_.begin();
        buffer<T, Space>::copy(e, x.data, x.size(), path_->at(0));
    }
    /// Carries out a stage that draws by its row r: launch(entry) does what the entry says. The
    /// mean goes to register `mean_slot`.
    template <class Exec, class Batch, class Entry, class Launch>
    void carry_out(const Exec& e, const Batch& b, const Entry& due, int r, int mean_slot,
                   const Launch& launch) {
        launch(Entry{detail::mean_of_row(due.code, r, mean_slot), due.noise});
        launch(due);
        density().take(e, b.slot(due.code.updates[r].target), b.slot(mean_slot),
                       path_->at(density().count() + 1));
    }
    [[nodiscard]] path_density<T, Space>& density() { return path_->density_; }
    [[nodiscard]] const path_density<T, Space>& density() const { return path_->density_; }

  private:
    recorded_path<T, Space>* path_;
};

/// Follows a run and has it draw what a path has recorded. It refers to the path.
template <class T, class Space>
class replayer {
  public:
    static constexpr bool present = true;

    explicit replayer(const recorded_path<T, Space>& p) : path_(&p) {}

    /// Throws bad_argument, bad_shape where the path is not of such a run.
    template <class Exec>
    void prepare(const Exec& e, batch_view<T, Space> x, const std::vector<noise_level>& levels,
                 const options&, std::vector<transition_law> laws) {
        require_same(x, levels, laws);
        density_ = {e, std::move(laws), x.samples, x.elements};
    }
    template <class Exec>
    void begin(const Exec& e, batch_view<T, Space> x) {
        density_.begin();
        buffer<T, Space>::copy(e, path_->at(0), x.size(), x.data);
    }
    template <class Exec, class Batch, class Entry, class Launch>
    void carry_out(const Exec& e, const Batch& b, const Entry& due, int r, int mean_slot,
                   const Launch& launch) {
        launch(Entry{detail::with_mean_of_row(due.code, r, mean_slot), due.noise});
        density_.take(e, path_->at(density_.count() + 1), b.slot(mean_slot),
                      b.slot(due.code.updates[r].target));
    }
    [[nodiscard]] path_density<T, Space>& density() { return density_; }
    [[nodiscard]] const path_density<T, Space>& density() const { return density_; }

  private:
    void require_same(batch_view<T, Space> x, const std::vector<noise_level>& levels,
                      const std::vector<transition_law>& laws) const {
        using diffgen::detail::require;
        const recorded_path<T, Space>& p = *path_;
        p.require_complete();
        if (x.samples != p.samples() || x.elements != p.elements())
            throw bad_shape(diffgen::detail::text(
                "diffgen: a path of ", p.samples(), " samples of ", p.elements(),
                " elements, replayed in a batch of ", x.samples, " samples of ", x.elements));
        require(levels.size() == p.levels_.size(), "a path over ", p.levels_.size(),
                " levels, replayed over ", levels.size());
        for (std::size_t i = 0; i < levels.size(); ++i) {
            const noise_level &a = p.levels_[i], &b = levels[i];
            require(
                a.t == b.t && a.log_snr == b.log_snr && a.alpha == b.alpha && a.sigma == b.sigma,
                "a path whose level ", i, " is t = ", a.t, ", alpha = ", a.alpha,
                ", sigma = ", a.sigma, ", replayed by a sampler where it is t = ", b.t,
                ", alpha = ", b.alpha, ", sigma = ", b.sigma);
        }
        require(laws.size() == p.density_.laws().size(), "a path of ", p.density_.laws().size(),
                " transitions, replayed by a solver that draws ", laws.size());
        for (std::size_t k = 0; k < laws.size(); ++k) {
            const transition_law &a = p.density_.laws()[k], &b = laws[k];
            require(a.step == b.step && a.stage == b.stage && a.target == b.target, "transition ",
                    k, " of a path is of step ", a.step, ", stage ", a.stage, ", register ",
                    a.target, ", replayed by a solver where it is of step ", b.step, ", stage ",
                    b.stage, ", register ", b.target);
        }
    }

    const recorded_path<T, Space>* path_;
    path_density<T, Space> density_;
};

}  // namespace diffgen::inline DIFFGEN_ABI::exec

#include <diffgen/core/with_macros.hpp>
