#include "flatline/results/sha256.hpp"

#include "support/catch.hpp"

using namespace flatline::results;

// The two-block message and the million letters are the examples of FIPS 180-4 (as published by
// NIST).
TEST_CASE("SHA-256: known answers") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256_hex(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256: every length around the padding, in any pieces, gives one digest") {
  // The digest of the digests of 0 to 200 letters, computed with sha256sum.
  std::string digests;
  for (std::size_t length = 0; length <= 200; ++length) {
    const std::string text(length, 'x');
    const std::string whole = sha256_hex(text);
    digests += whole + "\n";
    for (const std::size_t piece : {1u, 7u, 63u, 64u, 65u}) {
      Sha256 sha;
      for (std::size_t at = 0; at < length; at += piece) {
        sha.update(std::string_view(text).substr(at, piece));
        static_cast<void>(sha.hex());
      }
      REQUIRE(sha.hex() == whole);
    }
  }
  CHECK(sha256_hex(digests) == "bf2cc1b01aa900478cd8155b8049d13830232dafa102b64de95956ea149e17af");
}
