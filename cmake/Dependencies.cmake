# Everything from outside, as imported targets. Versions and reasons: docs/dependencies.md.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(OpenSSL 3.0 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(GMIME REQUIRED IMPORTED_TARGET gmime-3.0)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(LIBCRYPT REQUIRED IMPORTED_TARGET libxcrypt)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)

# SQLite with SQLite3 Multiple Ciphers: the amalgamation from a pinned npm package, fetched by scripts/setup, never committed.
set(DHII_SQLITE_DIR "${CMAKE_SOURCE_DIR}/third_party/sqlite3mc/node_modules/better-sqlite3-multiple-ciphers/deps/sqlite3")
if(NOT EXISTS "${DHII_SQLITE_DIR}/sqlite3.c")
  message(FATAL_ERROR "SQLite's source is not there yet (${DHII_SQLITE_DIR}). Run `make setup` first.")
endif()
add_library(sqlite3mc STATIC "${DHII_SQLITE_DIR}/sqlite3.c")
target_include_directories(sqlite3mc SYSTEM PUBLIC "${DHII_SQLITE_DIR}")
target_compile_options(sqlite3mc PRIVATE -w -O2)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  target_compile_options(sqlite3mc PRIVATE -msse4.2 -maes) # AES-NI; the library checks the CPU at run time
endif()
target_compile_definitions(sqlite3mc PRIVATE
  SQLITE_THREADSAFE=2 SQLITE_DQS=0 SQLITE_ENABLE_FTS5 SQLITE_ENABLE_STAT4 SQLITE_OMIT_DEPRECATED
  SQLITE_DEFAULT_MEMSTATUS=0 SQLITE_LIKE_DOESNT_MATCH_BLOBS SQLITE_MAX_EXPR_DEPTH=1000 SQLITE_OMIT_SHARED_CACHE
  SQLITE_USE_ALLOCA SQLITE_OMIT_LOAD_EXTENSION SQLITE_DEFAULT_WAL_SYNCHRONOUS=1 SQLITE_SECURE_DELETE=1 SQLITE_TEMP_STORE=3
  CODEC_TYPE=CODEC_TYPE_SQLCIPHER)
target_link_libraries(sqlite3mc PUBLIC Threads::Threads ${CMAKE_DL_LIBS})

if(DHII_TESTS OR DHII_FUZZ)
  find_package(GTest REQUIRED)
endif()
if(DHII_BENCH)
  find_package(benchmark REQUIRED)
endif()
