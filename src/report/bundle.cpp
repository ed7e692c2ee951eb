#include "bundle.hpp"

#ifdef FLATLINE_REPORT_BUNDLE
#include <zlib.h>

#include <array>

#include "flatline/base/check.hpp"
#endif

namespace flatline::report {

#ifdef FLATLINE_REPORT_BUNDLE
std::string bundle_script() {
  if (kBundleSize == 0) return "";
  z_stream stream{};
  // 16 + 15: a gzip stream with the largest window.
  FLATLINE_CHECK(inflateInit2(&stream, 16 + MAX_WBITS) == Z_OK, "zlib starts");
  // zlib's C interface takes a pointer to non-const bytes, which it does not change.
  stream.next_in = const_cast<Bytef*>(kBundleBytes);
  stream.avail_in = static_cast<uInt>(kBundleSize);
  std::string out;
  std::array<unsigned char, 65536> buffer;
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = buffer.data();
    stream.avail_out = static_cast<uInt>(buffer.size());
    status = inflate(&stream, Z_NO_FLUSH);
    out.append(buffer.begin(), buffer.end() - static_cast<std::ptrdiff_t>(stream.avail_out));
  }
  inflateEnd(&stream);
  FLATLINE_CHECK(status == Z_STREAM_END, "the embedded script is whole");
  return out;
}
#else
std::string bundle_script() {
  return "";
}
#endif

}  // namespace flatline::report
