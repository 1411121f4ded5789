# What every file of the tree is compiled with.

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
    message(FATAL_ERROR "g++ ${CMAKE_CXX_COMPILER_VERSION} destroys temporaries of co_await expressions twice; "
        "use clang 19 (Debian package clang-19), or g++ 14 and later.")
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -D_GLIBCXX_ASSERTIONS")

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

option(POSTERN_WERROR "Warnings are errors" OFF)
set(POSTERN_SANITIZE "" CACHE STRING "Sanitizers: address,undefined or thread")

# The same for all, whichever library asks for it: a precompiled header must not differ in it.
add_compile_options(-pthread)

# The flags that the ABI of plugins depends on, and the warnings that only our own files get.
add_library(postern_flags INTERFACE)
target_compile_definitions(postern_flags INTERFACE
    BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_VISIBILITY
    SPDLOG_COMPILED_LIB SPDLOG_FMT_EXTERNAL)
if(POSTERN_SANITIZE)
    target_compile_options(postern_flags INTERFACE -fsanitize=${POSTERN_SANITIZE} -fno-omit-frame-pointer
        -fno-sanitize-recover=all)
    target_link_options(postern_flags INTERFACE -fsanitize=${POSTERN_SANITIZE})
endif()
if(POSTERN_FUZZ)
    # The fuzzer has to see how far it gets inside the library.
    target_compile_options(postern_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

add_library(postern_warnings INTERFACE)
target_compile_options(postern_warnings INTERFACE -Wall -Wextra -Wconversion -Wshadow
    -Wno-missing-field-initializers $<$<BOOL:${POSTERN_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # A false positive on awaitable_frame::operator delete, and Asio's fences under TSan.
    target_compile_options(postern_warnings INTERFACE -Wno-mismatched-new-delete -Wno-tsan)
else()
    # A coroutine's compiler-made local shadows nothing a reader can see.
    target_compile_options(postern_warnings INTERFACE -Wno-shadow-uncaptured-local)
endif()

find_program(CCACHE ccache)
if(CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
    if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
        add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
    endif()
endif()

find_program(MOLD mold)
if(MOLD)
    if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
        add_link_options(--ld-path=${MOLD})
    else()
        add_link_options(-fuse-ld=mold)
    endif()
endif()
