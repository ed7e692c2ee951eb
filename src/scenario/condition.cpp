// The "where" of a sweep: a small language of comparisons.

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "flatline/base/text.hpp"
#include "flatline/scenario/scenario.hpp"
#include "scenario/node.hpp"

namespace flatline::scenario {

enum class Op {
  constant,
  name,
  negate,
  add,
  subtract,
  multiply,
  divide,
  less,
  at_most,
  more,
  at_least,
  equal,
  unequal,
  both,
  either
};

struct Condition::Expression {
  Op op = Op::constant;
  double value = 0;
  std::size_t index = 0;  // of the name
  std::shared_ptr<const Expression> left, right;
};

namespace {

using Expression = Condition::Expression;
using Pointer = std::shared_ptr<const Expression>;

constexpr int kDeepest = 64;

bool is_comparison(Op op) {
  return op >= Op::less && op <= Op::unequal;
}
bool is_truth(Op op) {
  return op >= Op::less;
}

Pointer make(Op op, Pointer left, Pointer right) {
  auto node = std::make_shared<Expression>();
  node->op = op;
  node->left = std::move(left);
  node->right = std::move(right);
  return node;
}

Op opposite(Op op) {
  switch (op) {
    case Op::less:
      return Op::at_least;
    case Op::at_most:
      return Op::more;
    case Op::more:
      return Op::at_most;
    case Op::at_least:
      return Op::less;
    case Op::equal:
      return Op::unequal;
    case Op::unequal:
      return Op::equal;
    case Op::both:
      return Op::either;
    default:
      return Op::both;
  }
}

/// "not" goes down to the comparisons, so that one with a missing axis stays true under it.
Pointer negation(const Expression& node) {
  if (is_comparison(node.op)) return make(opposite(node.op), node.left, node.right);
  return make(opposite(node.op), negation(*node.left), negation(*node.right));
}

class Parser {
 public:
  Parser(std::string_view text, const std::vector<std::string>& names)
      : text_(text), names_(names) {
    std::sort(names_.begin(), names_.end(),
              [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
    order_ = names;
  }

  Result<Pointer> parse() {
    Pointer all = either();
    skip_space();
    if (!problem_ && at_ < text_.size())
      fail("unexpected " + in_quotes(rest()), "an operator or the end");
    if (!problem_ && !is_truth(all->op))
      fail("the condition compares nothing", "a comparison such as a >= b");
    if (problem_) return *problem_;
    return all;
  }

 private:
  Pointer nothing() { return make(Op::constant, nullptr, nullptr); }

  Pointer fail(std::string message, std::string expected, std::string suggestion = {}) {
    if (!problem_) {
      problem_.emplace();
      problem_->message = std::move(message) + " at character " + std::to_string(at_ + 1);
      problem_->expected = std::move(expected);
      problem_->suggestion = std::move(suggestion);
    }
    return nothing();
  }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  [[nodiscard]] std::string rest() const { return std::string(text_.substr(at_, 20)); }
  static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
  }

  bool take(std::string_view token) {
    skip_space();
    if (text_.substr(at_, token.size()) != token) return false;
    const bool is_name = is_word(token.front());
    const std::size_t end = at_ + token.size();
    if (is_name && end < text_.size() && is_word(text_[end])) return false;
    at_ = end;
    return true;
  }

  bool truths(const Pointer& left, const Pointer& right, std::string_view word) {
    if (problem_ || (is_truth(left->op) && is_truth(right->op))) return true;
    fail("\"" + std::string(word) + "\" joins something that is no comparison",
         "comparisons on both sides");
    return false;
  }
  bool numbers(const Pointer& left, const Pointer& right, std::string_view op) {
    if (problem_ || (!is_truth(left->op) && !is_truth(right->op))) return true;
    fail("\"" + std::string(op) + "\" is applied to a comparison", "numbers, durations or axes");
    return false;
  }

  Pointer either() {
    Pointer left = both();
    while (!problem_ && take("or")) {
      Pointer right = both();
      if (!truths(left, right, "or")) return nothing();
      left = make(Op::either, left, right);
    }
    return left;
  }

  Pointer both() {
    Pointer left = inverse();
    while (!problem_ && take("and")) {
      Pointer right = inverse();
      if (!truths(left, right, "and")) return nothing();
      left = make(Op::both, left, right);
    }
    return left;
  }

  Pointer inverse() {
    if (!take("not")) return comparison();
    if (++depth_ > kDeepest) return fail("the condition is nested too deep", "at most 64 levels");
    const Pointer inner = inverse();
    --depth_;
    if (problem_ || !truths(inner, inner, "not")) return nothing();
    return negation(*inner);
  }

  Pointer comparison() {
    static constexpr std::pair<std::string_view, Op> kOps[] = {
        {"<=", Op::at_most}, {">=", Op::at_least}, {"==", Op::equal},
        {"!=", Op::unequal}, {"<", Op::less},      {">", Op::more}};
    const Pointer left = sum();
    for (const auto& [token, op] : kOps) {
      if (problem_ || !take(token)) continue;
      const Pointer right = sum();
      if (!numbers(left, right, token)) return nothing();
      return make(op, left, right);
    }
    if (!problem_ && take("=")) return fail("\"=\" is no comparison", "\"==\"", "==");
    return left;
  }

  Pointer sum() {
    Pointer left = product();
    while (!problem_) {
      const bool is_plus = take("+");
      if (!is_plus && !take("-")) break;
      const Pointer right = product();
      if (!numbers(left, right, is_plus ? "+" : "-")) return nothing();
      left = make(is_plus ? Op::add : Op::subtract, left, right);
    }
    return left;
  }

  Pointer product() {
    Pointer left = signed_operand();
    while (!problem_) {
      const bool is_times = take("*");
      if (!is_times && !take("/")) break;
      const Pointer right = signed_operand();
      if (!numbers(left, right, is_times ? "*" : "/")) return nothing();
      left = make(is_times ? Op::multiply : Op::divide, left, right);
    }
    return left;
  }

  Pointer signed_operand() {
    if (!take("-")) return operand();
    if (++depth_ > kDeepest) return fail("the condition is nested too deep", "at most 64 levels");
    const Pointer inner = signed_operand();
    --depth_;
    if (!numbers(inner, inner, "-")) return nothing();
    return make(Op::negate, inner, nullptr);
  }

  Pointer operand() {
    if (take("(")) {
      if (++depth_ > kDeepest) return fail("the condition is nested too deep", "at most 64 levels");
      Pointer inner = either();
      --depth_;
      if (!problem_ && !take(")")) return fail("a parenthesis is open", "\")\"");
      return inner;
    }
    skip_space();
    for (const std::string& name : names_) {
      if (name.empty() || !take(name)) continue;
      auto node = std::make_shared<Expression>();
      node->op = Op::name;
      node->index =
          static_cast<std::size_t>(std::find(order_.begin(), order_.end(), name) - order_.begin());
      return node;
    }
    return literal();
  }

  Pointer literal() {
    std::size_t end = at_;
    while (end < text_.size() && is_word(text_[end])) ++end;
    std::string word(text_.substr(at_, end - at_));
    // "1e-3": the sign belongs to the number.
    if (!word.empty() && (word.back() == 'e' || word.back() == 'E') && word.front() >= '0' &&
        word.front() <= '9' && end < text_.size() && (text_[end] == '-' || text_[end] == '+')) {
      ++end;
      while (end < text_.size() && is_word(text_[end])) ++end;
      word = std::string(text_.substr(at_, end - at_));
    }
    auto node = std::make_shared<Expression>();
    if (const auto number = parse_number(word)) {
      node->value = number.value();
    } else if (const auto duration = parse_duration(word)) {
      node->value = static_cast<double>(duration.value().ns);
    } else if (word.empty()) {
      return fail(
          at_ < text_.size() ? "unexpected " + in_quotes(rest()) : "the condition ends too soon",
          "an axis, a number or a duration");
    } else {
      return fail(in_quotes(word) + " is no axis of the sweep", "an axis, a number or a duration",
                  nearest_name(word, order_));
    }
    at_ = end;
    return node;
  }

  std::string_view text_;
  std::vector<std::string> names_;  // longest first
  std::vector<std::string> order_;  // as given
  std::size_t at_ = 0;
  int depth_ = 0;
  std::optional<Problem> problem_;
};

double number_of(const Expression& node, const std::vector<double>& values, bool& is_missing) {
  switch (node.op) {
    case Op::constant:
      return node.value;
    case Op::name:
      is_missing = is_missing || std::isnan(values[node.index]);
      return values[node.index];
    case Op::negate:
      return -number_of(*node.left, values, is_missing);
    default:
      break;
  }
  const double a = number_of(*node.left, values, is_missing);
  const double b = number_of(*node.right, values, is_missing);
  switch (node.op) {
    case Op::add:
      return a + b;
    case Op::subtract:
      return a - b;
    case Op::multiply:
      return a * b;
    default:
      return a / b;
  }
}

bool truth_of(const Expression& node, const std::vector<double>& values) {
  if (node.op == Op::both) return truth_of(*node.left, values) && truth_of(*node.right, values);
  if (node.op == Op::either) return truth_of(*node.left, values) || truth_of(*node.right, values);
  bool is_missing = false;
  const double a = number_of(*node.left, values, is_missing);
  const double b = number_of(*node.right, values, is_missing);
  if (is_missing) return true;
  switch (node.op) {
    case Op::less:
      return a < b;
    case Op::at_most:
      return a <= b;
    case Op::more:
      return a > b;
    case Op::at_least:
      return a >= b;
    case Op::equal:
      return a == b;
    default:
      return a != b;
  }
}

}  // namespace

Condition::Condition() = default;

Result<Condition> Condition::parse(std::string_view text, const std::vector<std::string>& names) {
  constexpr std::size_t kLongest = 10'000;
  if (text.size() > kLongest) {
    Problem problem;
    problem.message = "the condition has " + std::to_string(text.size()) + " characters";
    problem.expected = "at most 10000";
    return problem;
  }
  auto parsed = Parser(text, names).parse();
  if (!parsed) return parsed.problems();
  Condition condition;
  condition.root_ = std::move(parsed).value();
  return condition;
}

bool Condition::holds(const std::vector<double>& values) const {
  return root_ == nullptr || truth_of(*root_, values);
}

}  // namespace flatline::scenario
