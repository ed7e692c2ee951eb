#pragma once
// Contract checks, on in every build. A broken contract is a defect of the caller, not bad input:
// bad input is a value (see result.hpp). The library never prints and never exits, so a broken
// contract is an exception that names the place; the command line turns it into exit code 1.

#include <stdexcept>
#include <string>

namespace flatline {

/// Thrown by FLATLINE_CHECK: the caller broke a documented precondition, or flatline itself is
/// wrong.
class ContractViolation : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

namespace detail {
[[noreturn]] void contract_violated(const char* file, int line, const char* condition,
                                    const char* why);
}  // namespace detail

}  // namespace flatline

/// Throws ContractViolation unless `condition` holds. `why` is a literal that says what was
/// expected.
#define FLATLINE_CHECK(condition, why) \
  (static_cast<bool>(condition)        \
       ? static_cast<void>(0)          \
       : ::flatline::detail::contract_violated(__FILE__, __LINE__, #condition, why))
