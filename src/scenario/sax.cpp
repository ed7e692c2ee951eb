// JSON text to a tree of Nodes: the library tokenises, everything that a user reads is said here.

#include <algorithm>
#include <cctype>
#include <deque>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

#include "flatline/base/text.hpp"
#include "scenario/node.hpp"

namespace flatline::scenario {
namespace {

constexpr std::size_t kDeepest = 64;
constexpr std::size_t kLargestFile = std::size_t{64} << 20;
constexpr std::size_t kMostValues = 2'000'000;

/// How far the tokeniser has read.
struct Cursor {
  const char* begin = nullptr;
  const char* at = nullptr;
  const char* end = nullptr;
  int line = 1;
  bool ended = false;  // it has asked for more than there is
};

/// Walks the text for the tokeniser and counts lines on the way.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  explicit CountingIterator(Cursor* cursor) : cursor_(cursor) {}
  reference operator*() const { return *cursor_->at; }
  CountingIterator& operator++() {
    if (*cursor_->at == '\n') ++cursor_->line;
    ++cursor_->at;
    return *this;
  }
  CountingIterator operator++(int) {
    ++*this;
    return *this;
  }
  /// Only ever compared with the end.
  friend bool operator==(const CountingIterator& a, const CountingIterator&) {
    if (a.cursor_->at != a.cursor_->end) return false;
    a.cursor_->ended = true;
    return true;
  }
  friend bool operator!=(const CountingIterator& a, const CountingIterator& b) { return !(a == b); }

 private:
  Cursor* cursor_;
};

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '+' ||
         c == '-';
}

bool is_not_a_number(std::string word) {
  if (!word.empty() && (word.front() == '-' || word.front() == '+')) word.erase(0, 1);
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return word == "nan" || word == "inf" || word == "infinity";
}

class TreeBuilder {
 public:
  TreeBuilder(Cursor& cursor, std::string file) : cursor_(cursor), file_(std::move(file)) {}

  bool null() { return put(Kind::null, "null", cursor_.line); }
  bool boolean(bool value) { return put(Kind::boolean, value ? "true" : "false", cursor_.line); }
  bool number_integer(std::int64_t value) {
    return put(Kind::integer, std::to_string(value), line_of_last());
  }
  bool number_unsigned(std::uint64_t value) {
    return put(Kind::integer, std::to_string(value), line_of_last());
  }
  bool number_float(double, const std::string& text) {
    if (text.find_first_of(".eE") != std::string::npos)
      return put(Kind::real, text, line_of_last());
    add(line_of_last(), "the whole number " + text + " is too large",
        "at most 9223372036854775807");
    return put(Kind::integer, text, line_of_last());
  }
  bool string(std::string& text) { return put(Kind::text, text, cursor_.line); }
  bool binary(nlohmann::json::binary_t&) { return false; }
  bool start_object(std::size_t) { return open(Kind::object); }
  bool start_array(std::size_t) { return open(Kind::list); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    Frame& frame = frames_.back();
    frame.key = name;
    frame.key_line = cursor_.line;
    const auto [at, is_new] = frame.seen.emplace(name, cursor_.line);
    frame.duplicate = !is_new;
    if (is_new) return true;
    Problem problem = at_line(cursor_.line);
    problem.pointer = child(parent_path(), name);
    problem.message =
        "duplicate key " + in_quotes(name) + ", first given on line " + std::to_string(at->second);
    problem.expected = "each key once";
    problems_.push_back(std::move(problem));
    return true;
  }

  template <typename Exception>
  bool parse_error(std::size_t, const std::string& last_token, const Exception& error) {
    constexpr int kNumberOutOfRange = 406;
    const std::string what = error.what();
    const auto says = [&](std::string_view words) { return what.find(words) != std::string::npos; };
    if (complete_) {
      add(line_of_last(), "there is text after the end of the document", "nothing after it");
    } else if (error.id == kNumberOutOfRange) {
      add(line_of_last(), "the number " + last_token + " is too large", "a finite number");
    } else if (cursor_.ended) {
      add_ended();
    } else if (says("UTF-8")) {
      add(line_of_last(), "a text is not UTF-8", "a file in UTF-8");
    } else if (says("control character")) {
      add(line_of_last(), "a text is not closed on its line", "a closing double quote");
    } else if (says("invalid string")) {
      add(line_of_last(), "a text has a bad escape",
          "\\\" \\\\ \\/ \\b \\f \\n \\r \\t or \\uXXXX");
    } else {
      add_unexpected();
    }
    return false;
  }

  [[nodiscard]] const Problems& problems() const { return problems_; }
  [[nodiscard]] bool complete() const { return complete_; }
  Node take() { return std::move(root_); }

 private:
  /// An object or list that is still open.
  struct Frame {
    Node* node = nullptr;
    std::string key;
    int key_line = 0;
    bool duplicate = false;
    std::map<std::string, int> seen;  // key and its line
    Node dropped;                     // takes the value of a duplicate key
  };

  /// The tokeniser has read one character past a number: that may be the line's end.
  [[nodiscard]] int line_of_last() const {
    const bool past = cursor_.at > cursor_.begin && cursor_.at[-1] == '\n' && !cursor_.ended;
    return past ? cursor_.line - 1 : cursor_.line;
  }

  [[nodiscard]] std::string parent_path() const {
    std::string path;
    for (std::size_t i = 0; i + 1 < frames_.size(); ++i) path = step(path, frames_[i]);
    return path;
  }
  [[nodiscard]] std::string path() const {
    std::string path = parent_path();
    return frames_.empty() ? path : step(path, frames_.back());
  }
  static std::string step(const std::string& path, const Frame& frame) {
    if (frame.node->kind == Kind::object) return frame.key.empty() ? path : child(path, frame.key);
    // An open container is already in the list, a value that failed is not.
    return child(path, frame.node->members.size() - (frame.node->members.empty() ? 0 : 1));
  }

  [[nodiscard]] Problem at_line(int line) const {
    Problem problem;
    problem.file = file_;
    problem.line = line;
    return problem;
  }
  void add(int line, std::string message, std::string expected) {
    Problem problem = at_line(line);
    problem.pointer = path();
    problem.message = std::move(message);
    problem.expected = std::move(expected);
    problems_.push_back(std::move(problem));
  }

  void add_ended() {
    if (frames_.empty() && !started_) {
      const bool blank = std::all_of(cursor_.begin, cursor_.end,
                                     [](unsigned char c) { return std::isspace(c) != 0; });
      add(cursor_.line, blank ? "the file is empty" : "the file holds no value",
          "a JSON object in braces");
      return;
    }
    std::string open = "a value";
    if (!frames_.empty()) {
      const Node& node = *frames_.back().node;
      open = std::string(node.kind == Kind::object ? "the object" : "the list") +
             " that starts on line " + std::to_string(node.line);
    }
    add(cursor_.line, "the file ends inside " + open, "the rest of it");
  }

  void add_unexpected() {
    const char* first = cursor_.at > cursor_.begin ? cursor_.at - 1 : cursor_.begin;
    const char* last = first + 1;
    if (is_word(*first)) {
      while (first > cursor_.begin && is_word(first[-1])) --first;
      while (last < cursor_.end && is_word(*last) && last - first < 40) ++last;
    }
    const std::string word(first, last);
    const char* before = first;
    while (before > cursor_.begin && std::isspace(static_cast<unsigned char>(before[-1])) != 0) {
      --before;
    }
    const char previous = before > cursor_.begin ? before[-1] : '\0';
    const int line = line_of_last();
    if (is_not_a_number(word)) {
      add(line, word + " is not allowed", "a finite number");
    } else if (parse_duration(word)) {
      add(line, word + " stands without quotes", "\"" + word + "\"");
    } else if ((word == "}" || word == "]") && previous == ',') {
      add(line, "there is a comma before \"" + word + "\"", "no comma after the last entry");
    } else if (word == "\"" ||
               (previous != '\0' && std::string("\"}]").find(previous) != std::string::npos)) {
      add(line, "unexpected " + in_quotes(word), "a comma, colon or bracket before it");
    } else {
      add(line, "unexpected " + in_quotes(word),
          "JSON: a text in double quotes, a number, true, false, null, a list or an object");
    }
  }

  Node* slot(int line) {
    started_ = true;
    if (++values_ > kMostValues) {
      add(line, "the file holds more than " + std::to_string(kMostValues) + " values", "fewer");
      return nullptr;
    }
    if (frames_.empty()) return &root_;
    Frame& frame = frames_.back();
    if (frame.duplicate) return &frame.dropped;
    frame.node->members.push_back({frame.key, frame.key_line, {}});
    return &frame.node->members.back().value;
  }

  bool put(Kind kind, std::string text, int line) {
    Node* node = slot(line);
    if (node == nullptr) return false;
    *node = Node{kind, line, std::move(text), {}, nullptr};
    complete_ = frames_.empty();
    return true;
  }

  bool open(Kind kind) {
    if (frames_.size() >= kDeepest) {
      add(cursor_.line, "objects and lists are nested more than 64 deep", "at most 64 levels");
      return false;
    }
    Node* node = slot(cursor_.line);
    if (node == nullptr) return false;
    *node = Node{kind, cursor_.line, {}, {}, nullptr};
    frames_.emplace_back().node = node;
    return true;
  }

  bool close() {
    frames_.pop_back();
    complete_ = frames_.empty();
    return true;
  }

  Cursor& cursor_;
  std::string file_;
  Node root_;
  std::deque<Frame> frames_;  // a frame stays where it is while those inside it come and go
  Problems problems_;
  std::size_t values_ = 0;
  bool started_ = false;
  bool complete_ = false;
};

Problem whole_file(const std::string& file, int line, std::string message, std::string expected) {
  Problem problem;
  problem.file = file;
  problem.line = line;
  problem.message = std::move(message);
  problem.expected = std::move(expected);
  return problem;
}

}  // namespace

Result<Node> parse_node(std::string_view text, const std::string& file) {
  if (text.size() > kLargestFile) {
    return whole_file(file, 0, "the file has " + std::to_string(text.size()) + " bytes",
                      "at most 64 MiB");
  }
  // The tokeniser would take a zero byte for the end of the file.
  if (const auto zero = text.find('\0'); zero != std::string_view::npos) {
    const auto lines =
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(zero), '\n');
    return whole_file(file, static_cast<int>(lines) + 1, "the file holds a zero byte",
                      "text in UTF-8");
  }
  Cursor cursor;
  cursor.begin = cursor.at = text.data();
  cursor.end = text.data() + text.size();
  TreeBuilder builder(cursor, file);
  const CountingIterator walk(&cursor);
  const bool read =
      nlohmann::json::sax_parse(walk, walk, &builder, nlohmann::json::input_format_t::json,
                                /*strict=*/true, /*ignore_comments=*/true);
  if (!builder.problems().empty()) return builder.problems();
  FLATLINE_CHECK(read && builder.complete(), "a document that is refused has a problem");
  return builder.take();
}

}  // namespace flatline::scenario
