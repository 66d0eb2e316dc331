# Language level, warnings, hardening, ccache, lld: what every target of ours is compiled with.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
# One kind of code for libraries and programs, or they could not share a precompiled header.
set(CMAKE_POSITION_INDEPENDENT_CODE OFF)
add_compile_options(-fPIE -pthread)
add_link_options(-pie)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(DHII_FUZZ "Build the libFuzzer targets (*_fuzz.cpp)" OFF)
option(DHII_BENCH "Build the benchmarks (*_bench.cpp)" OFF)
option(DHII_TESTS "Build the tests (*_test.cpp)" ON)
set(DHII_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")

find_program(DHII_CCACHE ccache)
if(DHII_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The sloppiness is what ccache's manual asks for precompiled headers with Clang. Not include_file_mtime: it cached objects made from a header that was
  # being edited, and a stale object is a bug that no source explains.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${DHII_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

add_library(dhii_options INTERFACE)
target_compile_options(dhii_options INTERFACE
  -Wall -Wextra -Wformat=2 -Wimplicit-fallthrough -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
  $<$<COMPILE_LANGUAGE:CXX>:-Wno-missing-field-initializers> -Werror=return-type -Werror=format-security -Werror=unused-result)
target_compile_definitions(dhii_options INTERFACE DHII_VERSION="${PROJECT_VERSION}")
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Xclang> $<$<COMPILE_LANGUAGE:CXX>:-fno-pch-timestamp>)
  add_link_options(-fuse-ld=lld)
endif()

# OpenSSF Compiler Options Hardening Guide for C and C++, the list for Clang on x86-64 and arm64.
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT DHII_SANITIZE)
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS -fstack-protector-strong
    -fstack-clash-protection -fno-delete-null-pointer-checks -fno-strict-overflow -ftrivial-auto-var-init=zero)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    add_compile_options(-fcf-protection=full)
  else()
    add_compile_options(-mbranch-protection=standard)
  endif()
  add_link_options(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed)
endif()
if(DHII_SANITIZE)
  add_compile_options(-fsanitize=${DHII_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=${DHII_SANITIZE})
endif()
if(DHII_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
