// What tally and ablation say, in plain words.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cli/causes.hpp"
#include "flatline/base/text.hpp"

namespace flatline::cli {
namespace {

constexpr double kAgree = 0.1;  // shares that differ by less say the same

double share(std::int64_t part, std::int64_t all) {
  return all == 0 ? 0 : static_cast<double>(part) / static_cast<double>(all);
}

// Of the mistakes of a row, those that a source takes away; negative if there are more without it.
double gone(const Causes& causes, const Ablation& ablation, std::size_t row) {
  return 1 - share(ablation.rows[row].all, causes.baseline.rows[row].all);
}

std::string gone_text(const Causes& causes, const Ablation& ablation, std::size_t row) {
  const std::int64_t all = causes.baseline.rows[row].all;
  return share_text(all - ablation.rows[row].all, all);
}

// The first of the ranking, of single sources or of all but everything.
const Ablation* best_of(const Causes& causes, std::size_t row, bool whole) {
  for (const Ablation* ablation : ranking(causes, row)) {
    if (ablation == &causes.ablations.back()) continue;
    if (ablation->whole || !whole) return ablation;
  }
  return nullptr;
}

// Mistakes that the tally books under a source's causes.
std::int64_t booked(const Causes& causes, const Ablation& ablation, std::size_t row) {
  std::int64_t out = 0;
  for (std::size_t c = 0; c < causes.names.size(); ++c) {
    const auto& own = ablation.causes;
    if (std::find(own.begin(), own.end(), causes.names[c]) != own.end())
      out += causes.baseline.rows[row].by[c];
  }
  return out;
}

std::string tally_words(const Causes& causes, std::size_t row) {
  const Mistakes& mistakes = causes.baseline.rows[row];
  const auto most = std::max_element(mistakes.by.begin(), mistakes.by.end());
  return "the tally says " + causes.names[static_cast<std::size_t>(most - mistakes.by.begin())] +
         " for " + share_text(*most, mistakes.all);
}

std::string first_sentence(const Causes& causes, std::size_t row, const Ablation& best) {
  const std::string name = "'" + causes.rows[row].name + "'";
  if (best.rows[row].all >= causes.baseline.rows[row].all) {
    return "No source of trouble makes the mistakes of " + name +
           " by itself: with any one of them switched off they are as many or more; " +
           tally_words(causes, row) + ".";
  }
  if (gone(causes, best, row) >= 0.5) {
    return "Without " + best.without + " " + gone_text(causes, best, row) + " of the mistakes of " +
           name + " are gone; " + tally_words(causes, row) + ".";
  }
  std::string out = "No single source makes most of the mistakes of " + name + ": without " +
                    best.without + ", which helps most, " + gone_text(causes, best, row) +
                    " are gone";
  const Ablation* several = best_of(causes, row, false);
  if (several != nullptr && several != &best && gone(causes, *several, row) >= 0.5)
    out += ", without " + several->without + " " + gone_text(causes, *several, row);
  return out + "; " + tally_words(causes, row) + ".";
}

// Why tally and ablation differ about the source that helps most; empty if they agree.
std::string difference(const Causes& causes, std::size_t row, const Ablation& best) {
  const std::int64_t all = causes.baseline.rows[row].all;
  const std::int64_t own = booked(causes, best, row);
  const double more = share(own, all) - gone(causes, best, row);
  if (std::fabs(more) < kAgree) return "";
  const std::string counted = best.causes.empty()
                                  ? "the tally has no cause of its own for it"
                                  : "the tally books " + std::string(more < 0 ? "only " : "") +
                                        share_text(own, all) + " under what it causes";
  return "Tally and ablation differ on " + best.without + ": " + counted +
         ". Causes combine: the tally books a mistake once, by what touched its heartbeats, "
         "whichever entry it came from, while a source that is switched off also takes away what "
         "it only helped to make, and leaves what others make in its place. Detectors that learn "
         "also set themselves anew without it.";
}

}  // namespace

std::vector<const Ablation*> ranking(const Causes& causes, std::size_t row) {
  std::vector<const Ablation*> out;
  for (const Ablation& ablation : causes.ablations) out.push_back(&ablation);
  if (out.empty()) return out;
  std::stable_sort(out.begin(), out.end() - 1, [&](const Ablation* a, const Ablation* b) {
    return a->rows[row].all < b->rows[row].all;
  });
  return out;
}

std::string share_text(std::int64_t part, std::int64_t all) {
  if (all == 0) return "-";
  const double percent = 100 * static_cast<double>(part) / static_cast<double>(all);
  const double size = std::fabs(percent);
  // "100 %" and "0 %" are said of all and of none alone.
  const bool near_end = size < 1 || (size > 99 && size < 101);
  const double shown = near_end ? std::round(percent * 10) / 10 : std::round(percent);
  if (part != 0 && shown == 0) return percent > 0 ? "< 0.1 %" : "> -0.1 %";
  if (part != all && shown == 100) return percent < 100 ? "> 99.9 %" : "< 100.1 %";
  return format_number(shown, 6) + " %";
}

std::string causes_text(const Causes& causes, const Mistakes& mistakes, std::size_t most) {
  std::vector<std::size_t> order(causes.names.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return mistakes.by[a] > mistakes.by[b]; });
  std::string out;
  for (std::size_t i = 0; i < std::min(most, order.size()); ++i) {
    const std::int64_t n = mistakes.by[order[i]];
    if (n > 0) out += (out.empty() ? "" : ", ") + causes.names[order[i]] + " " + std::to_string(n);
  }
  return out;
}

std::vector<std::string> conclusions(const Causes& causes, std::size_t row) {
  const std::string name = "'" + causes.rows[row].name + "'";
  const std::int64_t all = causes.baseline.rows[row].all;
  if (all == 0) return {name + " makes no mistakes: there is nothing to explain."};
  const Ablation* best = best_of(causes, row, true);
  if (best == nullptr) {
    return {"The scenario has no source of trouble that could be switched off: the mistakes of " +
            name + " are the detector's own; " + tally_words(causes, row) + "."};
  }
  std::vector<std::string> out{first_sentence(causes, row, *best)};
  const std::string differs = difference(causes, row, *best);
  if (!differs.empty()) out.push_back(differs);
  const std::int64_t own = causes.ablations.back().rows[row].all;
  out.push_back(own == 0 ? "With everything off none remain."
                         : "With everything off " + std::to_string(own) + " (" +
                               share_text(own, all) + ") remain: they are the detector's own.");
  return out;
}

std::string switches_text(const Causes& causes) {
  std::string out;
  for (const Ablation& ablation : causes.ablations) {
    if (ablation.how.starts_with("never strike") || &ablation == &causes.ablations.back()) continue;
    out += "; " + ablation.without + ": " + ablation.how;
  }
  return "A source is switched off with the same seed, so that all else stays as it was. Faults: "
         "they never strike" +
         out + ".";
}

}  // namespace flatline::cli
