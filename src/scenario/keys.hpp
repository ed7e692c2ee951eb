#pragma once
// Every key of a scenario file, in one table: the reader takes its known keys from here, and so do
// the schema and the short names of settings. The parameters of detectors are in the detector
// registry.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flatline::scenario {

/// What may stand behind a key.
enum class Takes {
  text,
  boolean,
  duration,
  duration_or_auto,
  ratio,  ///< A number from 0 to 1.
  number,
  count,  ///< A whole number.
  word,   ///< One of a few words.
  node,   ///< The name of a node or a group.
  nodes,  ///< The same, or a list of them.
  law,    ///< A distribution of durations.
  loss,
  scalar,  ///< A duration or a number.
  object,  ///< An object of `shape`.
  list,    ///< A list of objects of `shape`.
  laws,    ///< A list of two durations.
  groups,  ///< Objects by group name.
  places,  ///< Lists of nodes or objects of `shape` by place name.
  axes     ///< Axes by name.
};

struct Key {
  std::string_view owner;  ///< The shape that the key belongs to: "link".
  std::string_view name;   ///< "delay"
  Takes takes = Takes::text;
  std::string_view
      shape;  ///< For object and list: the shape inside. For word: the words, separated by "|".
  bool required = false;
  std::string_view
      preset;      ///< The default as JSON; empty if absent means nothing or the key is required.
  double min = 0;  ///< count and number: the smallest value.
  double max = 0;  ///< The same for the largest; 0: none stated.
  bool above_min = false;  ///< The smallest value itself is refused (durations: 0 is refused).
  std::string_view help;   ///< One sentence.
};

/// All keys, owner by owner.
std::span<const Key> keys();

/// The entry of the table, or nullptr.
const Key* find_key(std::string_view owner, std::string_view name);

/// The names that an object of this shape may have, in table order. A detector's name is a shape as
/// well.
std::vector<std::string> key_names(std::string_view owner);

/// The words of a key that takes one.
std::vector<std::string> words_of(const Key& key);

}  // namespace flatline::scenario
