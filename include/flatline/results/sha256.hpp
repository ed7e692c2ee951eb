#pragma once
// SHA-256 (FIPS 180-4), for digests that users can check with sha256sum. Not meant for secrets.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace flatline::results {

/// The digest of a sequence of bytes, fed in pieces of any size.
class Sha256 {
 public:
  void update(std::string_view bytes);
  /// The digest of all bytes so far as 64 lower-case hex digits. More bytes may follow.
  [[nodiscard]] std::string hex() const;

 private:
  void compress(const unsigned char* block);

  std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, 64> buffer_{};
  std::size_t buffered_ = 0;
  std::uint64_t length_ = 0;  // bytes so far
};

/// The digest of `bytes` as 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace flatline::results
