#pragma once
// Catch2 2.x ships one header, 3.x many: tests include this shim and work with either.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
