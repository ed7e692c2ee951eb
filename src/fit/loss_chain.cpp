#include "fit/loss_chain.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "flatline/base/check.hpp"

namespace flatline::fit {
namespace {

/// A power of a step's matrix, its size held as a logarithm.
struct Power {
  Matrix2 matrix;
  double log_size = 0;
};

Power normalised(Matrix2 matrix, double log_size) {
  const double most =
      std::max({matrix.m[0][0], matrix.m[0][1], matrix.m[1][0], matrix.m[1][1], 1e-300});
  for (auto& row : matrix.m) {
    for (double& entry : row) entry /= most;
  }
  return {matrix, log_size + std::log(most)};
}

/// The powers 1, 2, 4 ... of a matrix, as far as `most` needs them.
std::vector<Power> powers_of(const Matrix2& step, std::int64_t most) {
  std::vector<Power> powers{normalised(step, 0)};
  for (std::int64_t reach = 2; reach <= most; reach *= 2) {
    const Power& last = powers.back();
    powers.push_back(normalised(product(last.matrix, last.matrix), 2 * last.log_size));
  }
  return powers;
}

Matrix2 step_matrix(const BurstParameters& law, double span_s, bool lost) {
  Matrix2 step = transition(law, span_s);
  const double fate[2] = {lost ? law.loss_good : 1 - law.loss_good,
                          lost ? law.loss_bad : 1 - law.loss_bad};
  for (auto& row : step.m) {
    for (int to = 0; to < 2; ++to) row[to] *= fate[to];
  }
  return step;
}

/// A row of state probabilities kept near one.
class ForwardRow {
 public:
  ForwardRow(double good, double bad) : good_(good), bad_(bad) { rescale(); }

  void pass(const Power& power) {
    const auto& m = power.matrix.m;
    const double good = good_ * m[0][0] + bad_ * m[1][0];
    bad_ = good_ * m[0][1] + bad_ * m[1][1];
    good_ = good;
    log_size_ += power.log_size;
  }

  void rescale() {
    const double size = good_ + bad_;
    good_ /= size;
    bad_ /= size;
    size_ *= size;
    if (size_ < 1e-150 || size_ > 1e150) fold();
  }

  double log_size() {
    fold();
    return log_size_;
  }

 private:
  // Logarithms are dear: sizes are multiplied until they near the ends of the range.
  void fold() {
    log_size_ += std::log(size_);
    size_ = 1;
  }

  double good_, bad_;
  double size_ = 1;
  double log_size_ = 0;
};

}  // namespace

Matrix2 product(const Matrix2& a, const Matrix2& b) {
  Matrix2 out;
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 2; ++j) out.m[i][j] = a.m[i][0] * b.m[0][j] + a.m[i][1] * b.m[1][j];
  }
  return out;
}

Matrix2 transition(const BurstParameters& law, double span_s) {
  const double mixed = -std::expm1(-(1 / law.good_s + 1 / law.bad_s) * span_s);
  const double to_bad = law.bad_s / (law.good_s + law.bad_s) * mixed;
  const double to_good = law.good_s / (law.good_s + law.bad_s) * mixed;
  return {{{1 - to_bad, to_bad}, {to_good, 1 - to_good}}};
}

LossRecord::LossRecord(std::span<const Fate> fates, Duration interval)
    : interval_s_(interval.seconds()), sent_(static_cast<std::int64_t>(fates.size())) {
  FLATLINE_CHECK(!fates.empty() && interval.ns > 0, "a heartbeat and an interval");
  first_lost_ = fates.front().lost;
  lost_ = first_lost_ ? 1 : 0;
  std::int64_t run = 0;  // 0: the record's first run, whose beginning is not known
  bool whole = false;
  for (std::size_t i = 1; i < fates.size(); ++i) {
    const bool lost = fates[i].lost;
    const std::int64_t step = fates[i].slot - fates[i - 1].slot;
    FLATLINE_CHECK(step > 0, "slots ascend");
    add_step(step, lost);
    if (lost) ++lost_;
    ++run;
    if (lost == fates[i - 1].lost) continue;
    if (whole) (lost ? gaps_ : bursts_).push_back(run);
    whole = true;
    run = 0;
  }
}

void LossRecord::add_step(std::int64_t step, bool lost) {
  std::size_t kind = 0;
  while (kind < kinds_.size() && (kinds_[kind].step != step || kinds_[kind].lost != lost)) ++kind;
  if (kind == kinds_.size()) kinds_.push_back({step, lost, 0});
  if (stretches_.empty() || stretches_.back().kind != kind) stretches_.push_back({kind, 0});
  const std::int64_t count = ++stretches_.back().count;
  kinds_[kind].most = std::max(kinds_[kind].most, count);
}

double LossRecord::log_likelihood(const BurstParameters& law) const {
  std::vector<std::vector<Power>> powers;
  powers.reserve(kinds_.size());
  for (const Kind& kind : kinds_) {
    const double span_s = static_cast<double>(kind.step) * interval_s_;
    powers.push_back(powers_of(step_matrix(law, span_s, kind.lost), kind.most));
  }
  const double bad = law.bad_s / (law.good_s + law.bad_s);
  ForwardRow row((1 - bad) * (first_lost_ ? law.loss_good : 1 - law.loss_good),
                 bad * (first_lost_ ? law.loss_bad : 1 - law.loss_bad));
  for (const Stretch& stretch : stretches_) {
    const std::vector<Power>& squares = powers[stretch.kind];
    for (std::size_t bit = 0; stretch.count >> bit != 0; ++bit) {
      if ((stretch.count >> bit & 1) == 0) continue;
      row.pass(squares[bit]);
      row.rescale();
    }
  }
  const double log_size = row.log_size();
  return std::isnan(log_size) ? -std::numeric_limits<double>::infinity() : log_size;
}

}  // namespace flatline::fit
