#include "core/profile/compared_tree.h"

#include <tuple>

#include "core/profile/ordered_tree.h"
#include "core/profile/portable_key.h"

namespace heaptally {
namespace {

// The newer side is first, so that places are its own where it has them.
constexpr std::size_t kNewer = 0, kOlder = 1;

ComparedAmount compared(const GrownTree::Amounts& amounts) {
  return {.before = amounts[kOlder], .after = amounts[kNewer]};
}

std::uint64_t size_of_change(std::int64_t change) {
  return change < 0 ? -static_cast<std::uint64_t>(change) : static_cast<std::uint64_t>(change);
}

class OrderOfNodes {
 public:
  OrderOfNodes(const std::vector<GrownSide>& sides, const Query& query, ComparedOrder order)
      : sides_(sides), query_(query), order_(order) {}

  bool operator()(const GrownTree::Node& a, const GrownTree::Node& b) const {
    const auto rank_a = rank(compared(a.cumulative)), rank_b = rank(compared(b.cumulative));
    if (rank_a != rank_b) return rank_a > rank_b;
    if (a.side == b.side) {
      const Profile& profile = sides_[a.side].profile;
      return compare_keys(profile, query_.group, {.place = a.place}, {.place = b.place}) > 0;
    }
    return key_of(b) < key_of(a);
  }

 private:
  using Rank = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t>;

  Rank rank(const ComparedAmount& amount) const {
    const Change change = amount.change();
    std::uint64_t now = amount.after.bytes, other = amount.after.count;
    std::uint64_t moved = size_of_change(change.bytes), other_moved = size_of_change(change.count);
    if (query_.sort == SortBy::kCount) {
      std::swap(now, other);
      std::swap(moved, other_moved);
    }
    return order_ == ComparedOrder::kChange ? Rank(moved, now, other_moved, other)
                                            : Rank(now, other, moved, other_moved);
  }
  PortableKey key_of(const GrownTree::Node& node) const {
    return portable_key(sides_[node.side].profile, query_.group, {.place = node.place}, false);
  }

  const std::vector<GrownSide>& sides_;
  const Query& query_;
  ComparedOrder order_;
};

}  // namespace

ComparedTree::ComparedTree(const Side& before, const Side& after, const Query& query,
                           const TreeShape& shape, ComparedOrder order)
    : sort_(query.sort) {
  check_tree(query);
  const Kept older = keep(before.profile, before.snapshot, query);
  const Kept newer = keep(after.profile, after.snapshot, query);
  whole_ = {.before = older.whole, .after = newer.whole};
  const std::vector<GrownSide> sides = {{after.profile, newer}, {before.profile, older}};
  GrownTree grown(sides, query, shape);
  grown.grow();
  least_ = grown.least();
  nodes_ = ordered_nodes<ComparedNode>(
      grown,
      [](const GrownTree::Node& node) {
        return ComparedNode{.place = node.place,
                            .vanished = node.side == kOlder,
                            .recursive = node.recursive,
                            .cumulative = compared(node.cumulative),
                            .self = compared(node.self),
                            .left_out = {}};
      },
      OrderOfNodes(sides, query, order),
      [](ComparedNode& node, const GrownTree::Node& child) {
        node.left_out.before += child.cumulative[kOlder];
        node.left_out.after += child.cumulative[kNewer];
      });
}

const ComparedNode* ComparedTree::only_callee(const ComparedNode& node) const {
  if (node.children != 1) return nullptr;
  const ComparedNode& child = nodes_[node.first_child];
  const bool both = goes_on(node.cumulative.before, child.cumulative.before, sort_, least_) &&
                    goes_on(node.cumulative.after, child.cumulative.after, sort_, least_);
  return both ? &child : nullptr;
}

}  // namespace heaptally
