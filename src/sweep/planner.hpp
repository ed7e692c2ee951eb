#pragma once
// Worlds from a document and its axes: counted once when a plan is made, and made again one by one
// when they are simulated.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "flatline/results/sha256.hpp"
#include "flatline/sweep/plan.hpp"

namespace flatline::sweep {

/// Makes the worlds of one plan. Immutable once plan() is done.
class Planner : public std::enable_shared_from_this<Planner> {
 public:
  Planner(const scenario::Document& document, scenario::Scenario base, std::string base_folder,
          const scenario::ReadOptions& options);

  Result<Plan> plan(bool use_axes, std::size_t cells_at_once);
  [[nodiscard]] World world(const Plan& plan, const WorldOutline& outline) const;

 private:
  // An axis with the places it writes to.
  struct PlacedAxis {
    scenario::Axis axis;
    std::vector<std::string> places;
    bool of_detectors = false;
  };
  using Choice =
      std::vector<std::size_t>;  // a value of each axis; 0 for axes that do not take part
  using UseCell = std::function<void(Cell)>;

  void place_axes(Problems& problems);
  [[nodiscard]] Choice world_sizes() const;
  void add_world(Plan& plan, const Choice& choice, Problems& problems);
  /// The scenario and the values of a combination, without cells.
  [[nodiscard]] Result<World> read(const Choice& choice) const;
  /// Calls use(cell) for the cells of `world` from number `first` to before `last`, as far as
  /// `where` holds.
  void for_each_cell(const World& world, const Choice& world_choice, std::size_t first,
                     std::size_t last, Problems& problems, const UseCell& use) const;
  [[nodiscard]] bool holds(const Choice& world_choice, const Choice& choice,
                           const std::vector<bool>& affects) const;
  void settle_warm_up(Plan& plan);

  scenario::Document document_;
  scenario::Scenario base_;
  std::string base_folder_;
  scenario::ReadOptions options_;
  std::vector<PlacedAxis> axes_;
  scenario::Condition where_;
  bool has_where_ = false;

  // While the worlds are counted.
  std::size_t cells_at_once_ = 0;
  std::uint64_t combination_ = 0;
  std::vector<double> automatic_;  // by world: heartbeats that a second of automatic warm-up adds
  results::Sha256 hash_;
};

}  // namespace flatline::sweep
