#pragma once

#include <boost/version.hpp>

#include "directory/abi_headers.hpp"

// What a plugin and the program must agree on: the headers, the compiler, the standard library and
// its macros, Boost, sanitizers. Evaluated where it is compiled, so a plugin carries its own tag.
#define POSTERN_TEXT_(x) #x
#define POSTERN_TEXT(x) POSTERN_TEXT_(x)

#if defined(__clang__)
#define POSTERN_ABI_COMPILER "clang-" POSTERN_TEXT(__clang_major__)
#else
#define POSTERN_ABI_COMPILER "gcc-" POSTERN_TEXT(__GNUC__)
#endif

#if defined(__SANITIZE_ADDRESS__)
#define POSTERN_ABI_SANITIZER "asan"
#elif defined(__SANITIZE_THREAD__)
#define POSTERN_ABI_SANITIZER "tsan"
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POSTERN_ABI_SANITIZER "asan"
#elif __has_feature(thread_sanitizer)
#define POSTERN_ABI_SANITIZER "tsan"
#endif
#endif
#ifndef POSTERN_ABI_SANITIZER
#define POSTERN_ABI_SANITIZER "none"
#endif

// What a tag begins with: the loader finds it by this in the file, before it loads any of it.
#define POSTERN_ABI_MARK "postern-abi "

#ifdef _GLIBCXX_ASSERTIONS
#define POSTERN_ABI_LIBRARY "libstdc++-" POSTERN_TEXT(_GLIBCXX_RELEASE) "+assertions"
#else
#define POSTERN_ABI_LIBRARY "libstdc++-" POSTERN_TEXT(_GLIBCXX_RELEASE)
#endif

namespace postern::directory {

// "postern-abi <hash of headers> clang-19 c++202002L boost-108100 libstdc++-12 sanitizer-none"
// Static on purpose: one symbol of that name in program and plugin would be the program's in both.
[[maybe_unused]] static const char* abi_tag() {
    return POSTERN_ABI_MARK POSTERN_ABI_HEADERS " " POSTERN_ABI_COMPILER " c++" POSTERN_TEXT(
        __cplusplus) " boost-" POSTERN_TEXT(BOOST_VERSION) " " POSTERN_ABI_LIBRARY
                                                           " sanitizer-" POSTERN_ABI_SANITIZER;
}

}  // namespace postern::directory
