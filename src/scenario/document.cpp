#include "flatline/scenario/document.hpp"

#include <algorithm>

#include "scenario/node.hpp"

namespace flatline::scenario {
namespace {

constexpr std::size_t kDeepest = 64;

void mark(Node& node, const std::shared_ptr<const std::string>& origin) {
  node.origin = origin;
  node.line = 0;
  for (Member& member : node.members) {
    member.line = 0;
    mark(member.value, origin);
  }
}

std::size_t depth_of(const Node& node) {
  std::size_t deepest = 0;
  for (const Member& member : node.members) deepest = std::max(deepest, depth_of(member.value));
  return deepest + 1;
}

Problem refusal(const std::string& source, std::string_view pointer, std::string message,
                std::string expected) {
  Problem problem;
  problem.file = source;
  problem.pointer = std::string(pointer);
  problem.message = std::move(message);
  problem.expected = std::move(expected);
  return problem;
}

/// The member that `segment` names; an object that lacks it gets it, as an object for what follows.
Result<Node*> step_into(Node& at, const std::string& segment) {
  if (at.kind == Kind::object) {
    if (Node* found = at.find(segment)) return found;
    at.members.push_back({segment, 0, {}});
    at.members.back().value.kind = Kind::object;
    return &at.members.back().value;
  }
  Problem problem;
  if (at.kind == Kind::list) {
    const auto index = index_of(segment);
    if (index && *index < at.members.size()) return &at.members[*index].value;
    problem.message = "there is no entry " + in_quotes(segment);
    problem.expected = "an index below " + std::to_string(at.members.size());
    return problem;
  }
  problem.message = describe(at) + " has no member " + in_quotes(segment);
  problem.expected = "an object or a list";
  return problem;
}

}  // namespace

Result<Document> Document::parse(std::string_view text, std::string file) {
  auto parsed = parse_node(text, file);
  if (!parsed) return parsed.problems();
  Document document;
  document.file_ = std::move(file);
  document.root_ = std::make_shared<const Node>(std::move(parsed).value());
  return document;
}

Result<Document> Document::with(std::string_view pointer, std::string_view value,
                                const std::string& source) const {
  const auto segments = split_pointer(pointer);
  if (!segments) {
    return refusal(source, pointer, in_quotes(pointer) + " is not a JSON pointer",
                   "a pointer such as \"/watch/push/interval\"");
  }
  auto parsed = parse_node(value, source);
  Node written;
  if (parsed) {
    written = std::move(parsed).value();
  } else {
    written.kind = Kind::text;
    written.text = std::string(value);
  }
  const auto origin = std::make_shared<const std::string>(source);
  mark(written, origin);
  if (segments->size() + depth_of(written) > kDeepest) {
    return refusal(source, pointer, "objects and lists are nested more than 64 deep",
                   "at most 64 levels");
  }

  Node root = *root_;
  Node* at = &root;
  for (const std::string& segment : *segments) {
    auto next = step_into(*at, segment);
    if (!next) {
      Problem problem = next.problems().front();
      problem.file = source;
      problem.pointer = std::string(pointer);
      return problem;
    }
    at = next.value();
    if (at->line == 0 && at->origin == nullptr) at->origin = origin;
  }
  *at = std::move(written);
  Document changed;
  changed.file_ = file_;
  changed.root_ = std::make_shared<const Node>(std::move(root));
  return changed;
}

Document Document::without(std::string_view pointer) const {
  const auto segments = split_pointer(pointer);
  if (!segments) return *this;
  Node root = *root_;
  Node* parent = &root;
  for (std::size_t i = 0; i + 1 < segments->size(); ++i) {
    const std::string& segment = (*segments)[i];
    const auto index = index_of(segment);
    if (parent->kind == Kind::list && index && *index < parent->members.size()) {
      parent = &parent->members[*index].value;
    } else {
      parent = parent->find(segment);
    }
    if (parent == nullptr) return *this;
  }
  if (parent->kind != Kind::object) return *this;
  std::erase_if(parent->members, [&](const Member& m) { return m.name == segments->back(); });
  Document changed;
  changed.file_ = file_;
  changed.root_ = std::make_shared<const Node>(std::move(root));
  return changed;
}

}  // namespace flatline::scenario
